"""Fields of the OpenAI protocol, and of llama-server, that this engine cannot follow, refused by name.

An answer that left them out would look right and be wrong.
"""

from collections.abc import Callable
from typing import Any, Final

from oa_desktop.engine.api.fields import Fields
from oa_desktop.engine.api.problem import Problem


def _is_nothing(value: Any) -> bool:
    return not value


def _is_off(value: Any) -> bool:
    return value is None or value is False


def _is_plain_text(value: Any) -> bool:
    return not value or (isinstance(value, dict) and value.get("type") == "text")


UNSUPPORTED: Final[dict[str, Callable[[Any], bool]]] = {
    "logprobs": _is_off,
    "top_logprobs": _is_nothing,
    "logit_bias": _is_nothing,
    "response_format": _is_plain_text,
    "tools": _is_nothing,
    "functions": _is_nothing,
    "echo": _is_nothing,
    "suffix": _is_nothing,
    "grammar": _is_nothing,
    "json_schema": _is_nothing,
    "n_predict": _is_off,
}
"""The values each may have because they ask for nothing. 0 of `logprobs` asks for those of the reply itself.

The last three are llama-server's own.
"""


def refuse_unsupported(fields: Fields) -> None:
    """Raises: Problem 400 naming the first field that asks for something."""
    for name, asks_for_nothing in UNSUPPORTED.items():
        if not asks_for_nothing(fields.raw(name)):
            raise _unsupported(fields, name)
    if fields.raw("best_of") not in (None, fields.raw("n") or 1):  # as many as wanted: all are given
        raise _unsupported(fields, "best_of")


def _unsupported(fields: Fields, name: str) -> Problem:
    message = f"{fields.path(name)} is not supported by this engine."
    return Problem(400, message, param=fields.path(name), code="unsupported_parameter")
