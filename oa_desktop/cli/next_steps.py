"""The command that takes the step an error asks for; the window has a button in its place."""

from collections.abc import Iterable

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.sentences import AND_GIVE_IT
from oa_desktop.near_names import nearest

_TO_GIVE_ONE = "oa-desktop models token set"
_TO_SEE = {"model-unknown": "oa-desktop models list", "repo-unknown": "oa-desktop models search"}
"""By the code of an error: where the names are listed."""


def with_command(error: OaError) -> str:
    """Its sentence, with the command that helps where there is one."""
    sentence = error.sentence
    if sentence.endswith(f"{AND_GIVE_IT}."):
        return f"{sentence[:-1]}: {_TO_GIVE_ONE}"
    return f"{sentence} See: {_TO_SEE[error.code]}" if error.code in _TO_SEE else sentence


def suggest(error: OaError, typed: str, names: Iterable[str]) -> None:
    """Put the name a person may have meant before what the error says to do."""
    near = nearest(typed, names)
    if near is not None:
        error.hint = f"Did you mean {printable(near)}? {error.hint}".strip()
