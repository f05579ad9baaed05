"""Options of commands that run a model: settings of the engine, for this run only."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import click

from oa_desktop.gguf.families import PromptFamily
from oa_desktop.settings import SETTINGS

_OPTIONS: Final = {
    "gpu_layers": ("--gpu-layers", "auto|all|N"),
    "kv_type": ("--kv-type", "f16|q8_0"),
    "flash_attention": ("--flash-attn", "auto|on|off"),
    "threads": ("--threads", "N"),
}

prompt_format_option: Final = click.option(
    "--prompt-format",
    type=click.Choice(["auto", *(family.value for family in PromptFamily)]),
    metavar="NAME",
    help="How conversations are written for the model, whatever its file says; auto asks the file.",
)


def engine_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the command `changes`: the settings that were named, to be laid over the person's own."""

    @wraps(command)
    def with_changes(**given: Any) -> Any:
        changes = {key: given.pop(key) for key in _OPTIONS}
        named = {key: value for key, value in changes.items() if value is not None}
        return command(changes=named, **given)

    for key, (name, values) in reversed(_OPTIONS.items()):
        spec = SETTINGS[key]
        with_changes = click.option(name, key, type=spec.kind, metavar=values, help=spec.help)(with_changes)
    return with_changes
