"""What the docs promise exists, and what exists is in the docs."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from oa_desktop.cli.main import cli
from oa_desktop.conversation.states import TreeState
from oa_desktop.services.presets import PRESETS
from oa_desktop.ui.shortcuts import SHORTCUTS

ROOT = Path(__file__).parents[2]
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


@pytest.mark.parametrize(("name", "command"), list(commands(cli)))
def test_every_command_and_option_has_help_and_is_in_the_docs(name: str, command: click.Command) -> None:
    assert command.help
    assert name in COMMAND_LINE
    for parameter in command.params:
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            assert f"`{parameter.opts[0]}" in COMMAND_LINE, f"{name} {parameter.opts[0]}"


def test_every_option_in_the_docs_exists() -> None:
    known = {option for _, command in commands(cli) for p in command.params for option in p.opts}
    written = set(re.findall(r"`(--[a-z-]+)", COMMAND_LINE)) - {"--help", "--version"}
    assert written <= known


def test_every_preset_is_in_the_docs() -> None:
    assert all(f"`{preset}`" in COMMAND_LINE for preset in PRESETS)
    assert TreeState.READY_FOR_EXPORT in COMMAND_LINE


def test_every_key_of_the_window_is_in_the_user_guide() -> None:
    guide = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    for row in SHORTCUTS:
        assert f"| {row.title} | {row.keys} |" in guide
        assert f"| **{row.section}** |" in guide


@pytest.mark.parametrize(
    "page", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"], ids=lambda p: p.name
)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
