"""A group of commands that are imported when they are run, so that the others cost nothing."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """commands_by_name: where each command is in this package, and its line in the list of commands."""

    def __init__(self, *args: Any, commands_by_name: Mapping[str, tuple[str, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        self._by_name = commands_by_name

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self._by_name)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._by_name:
            return None
        module, _, attribute = self._by_name[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"oa_desktop.cli.{module}"), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=self._by_name, ctx=ctx) from None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._by_name.items()])
