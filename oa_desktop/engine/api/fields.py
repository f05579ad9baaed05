"""Range-checked access to the members of a JSON object: every value that leaves here is safe to use."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from oa_desktop.engine.api.problem import bad_field

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Fields:
    """The members of one JSON object. A missing member and `null` both mean the default."""

    def __init__(self, members: Mapping[str, Any], prefix: str = "") -> None:
        self._members = members
        self._prefix = prefix

    def path(self, name: str) -> str:
        """The full name of a member, as errors print it."""
        return self._prefix + name

    def raw(self, name: str) -> Any:
        """The member as parsed, or None."""
        return self._members.get(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """A JSON boolean."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise bad_field(self.path(name), "be true or false")
        return value

    def integer(self, name: str, low: int, high: int) -> int | None:
        """A whole number in [low, high]."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise bad_field(self.path(name), f"be a whole number from {low} to {high}")
        return value

    def number(self, name: str, low: float, high: float, *, above: bool = False) -> float | None:
        """A finite number in [low, high]; with `above`, in (low, high]."""
        value = self.raw(name)
        if value is None:
            return None
        words = (
            f"be a number above {low:g} and up to {high:g}"
            if above
            else f"be a number from {low:g} to {high:g}"
        )
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > high + abs(low):
            raise bad_field(self.path(name), words)
        number = float(value)
        if not math.isfinite(number) or not low <= number <= high or (above and number == low):
            raise bad_field(self.path(name), words)
        return number

    def text(self, name: str) -> str | None:
        """A string; what cannot be UTF-8 or is NUL becomes U+FFFD."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise bad_field(self.path(name), "be a string")
        return clean(value)

    def strings(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A string or a list of at most `most` strings, each of 1 to `longest` characters."""
        value = self.raw(name)
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        words = f"be a string or a list of up to {most} strings of 1 to {longest} characters"
        if not isinstance(values, list) or len(values) > most:
            raise bad_field(self.path(name), words)
        if not all(isinstance(item, str) and 1 <= len(item) <= longest for item in values):
            raise bad_field(self.path(name), words)
        return tuple(clean(item) for item in values)

    def object(self, name: str) -> "Fields":
        """A nested object, empty when missing."""
        value = self.raw(name)
        if value is None:
            return Fields({}, f"{self.path(name)}.")
        if not isinstance(value, dict):
            raise bad_field(self.path(name), "be an object")
        return Fields(value, f"{self.path(name)}.")


def clean(text: str) -> str:
    """`text` with NUL and lone surrogates replaced, so that it can be encoded and stored."""
    return _UNSTORABLE.sub("\ufffd", text)
