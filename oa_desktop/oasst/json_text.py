"""Strict JSON of any depth. What the standard library reads loosely is refused with the column.

The standard decoder fails past some 500 nested replies, and so do orjson, msgspec and jiter; ijson does not,
but loses lone surrogates and gives no column. So: the standard decoder first, and the loop below, built on
its leaves, for whatever it will not take.
"""

import json
import math
import re
from typing import NoReturn

from oa_desktop.oasst.nodes import JsonValue

_SPACE = re.compile(r"[ \t\n\r]*")
_LEAF_STARTS = frozenset('"-0123456789tfnNI')
"""The last two start words that are no JSON, so that they are refused by name."""


class JsonFault(ValueError):
    """The text is not JSON; column counts characters from 1."""

    def __init__(self, column: int, reason: str) -> None:
        super().__init__(f"column {column}: {reason}")
        self.column = column
        self.reason = reason


def parse_json(text: str) -> JsonValue:
    """Raises: JsonFault, also on NaN, infinities, numbers too large and repeated keys."""
    try:
        value: JsonValue = _STRICT.decode(text)
    except (ValueError, RecursionError):
        return _parse_in_a_loop(text)
    return value


def _parse_in_a_loop(text: str) -> JsonValue:
    open_containers: list[list[JsonValue] | dict[str, JsonValue]] = []
    open_keys: list[str] = []
    value: JsonValue
    i = _skip(text, 0)
    while True:
        start = text[i : i + 1]
        if start == "[":
            i = _skip(text, i + 1)
            if text[i : i + 1] != "]":
                open_containers.append([])
                continue
            value, i = [], i + 1
        elif start == "{":
            i = _skip(text, i + 1)
            if text[i : i + 1] != "}":
                members: dict[str, JsonValue] = {}
                key, i = _key(text, i, members)
                open_containers.append(members)
                open_keys.append(key)
                continue
            value, i = {}, i + 1
        else:
            value, i = _leaf(text, i)
        while True:
            i = _skip(text, i)
            if not open_containers:
                if i < len(text):
                    raise JsonFault(i + 1, "more text after the end of the value")
                return value
            container = open_containers[-1]
            after = text[i : i + 1]
            if isinstance(container, list):
                container.append(value)
                closing = "]"
            else:
                container[open_keys[-1]] = value
                closing = "}"
            if after == ",":
                i = _skip(text, i + 1)
                if isinstance(container, dict):
                    open_keys[-1], i = _key(text, i, container)
                break
            if after != closing:
                raise JsonFault(i + 1, f"expected a comma or {closing}, found {_shown(after)}")
            if isinstance(container, dict):
                open_keys.pop()
            value, i = open_containers.pop(), i + 1


def _key(text: str, i: int, members: dict[str, JsonValue]) -> tuple[str, int]:
    """The key at i and where its value starts."""
    if text[i : i + 1] != '"':
        raise JsonFault(i + 1, f"expected a key in double quotes, found {_shown(text[i : i + 1])}")
    key, end = _leaf(text, i)
    if not isinstance(key, str):
        raise JsonFault(i + 1, "expected a key in double quotes")
    if key in members:
        raise JsonFault(i + 1, f"the key {key[:40]!r} occurs twice in one object")
    end = _skip(text, end)
    if text[end : end + 1] != ":":
        raise JsonFault(end + 1, f"expected a colon, found {_shown(text[end : end + 1])}")
    return key, _skip(text, end + 1)


def _leaf(text: str, i: int) -> tuple[JsonValue, int]:
    """The string, number or literal at i and where it ends."""
    if text[i : i + 1] not in _LEAF_STARTS or not text[i : i + 1]:
        raise JsonFault(i + 1, f"expected a value, found {_shown(text[i : i + 1])}")
    try:
        return _STRICT.raw_decode(text, i)
    except json.JSONDecodeError as exc:
        raise JsonFault(exc.pos + 1, exc.msg) from exc
    except ValueError as exc:
        raise JsonFault(i + 1, _number_fault(exc)) from exc


def _number_fault(exc: ValueError) -> str:
    return str(exc) if isinstance(exc, _Refused) else "a number with too many digits"


def _skip(text: str, i: int) -> int:
    match = _SPACE.match(text, i)
    return match.end() if match else i


def _shown(found: str) -> str:
    return ascii(found) if found else "the end of the line"


class _Refused(ValueError):
    pass


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _Refused(f"the number {digits[:40]} is too large")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused("a key occurs twice")
    return members


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
