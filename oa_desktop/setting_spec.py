"""What one setting may be: its type, its range, what it is for. Knows no particular setting and no file."""

import re
from dataclasses import dataclass

from oa_desktop.errors import UsageError

SettingValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """One row of the table of settings.

    kind: the type of a value; a `float` also takes a whole number.
    optional: None is a value, and in the file it is a missing key.
    low, high: of a number, or of the length of a text.
    pattern: the whole text must match. A number is taken for its text.
    allowed: what that means, in words.
    """

    key: str
    kind: type[str] | type[int] | type[float] | type[bool]
    default: SettingValue
    help: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    allowed: str = ""
    optional: bool = False

    @property
    def range_text(self) -> str:
        """What is allowed, in words."""
        if self.allowed:
            return self.allowed
        if self.choices:
            return ", ".join(self.choices)
        if self.kind is bool:
            return "true, false"
        if self.kind is str:
            return f"text, up to {self.high:g} characters" if self.high else "text"
        return f"{_number(self.low)} to {_number(self.high)}"

    def checked(self, value: object) -> SettingValue:
        """`value`, with its exact type. Raises UsageError that says what is allowed."""
        if value is None and self.optional:
            return None
        if self.kind is float and type(value) is int:
            value = float(value)
        if self.pattern and type(value) is int:
            value = str(value)
        if type(value) is not self.kind or not self._allows(value):
            raise UsageError(
                "setting-invalid", f"{self.key} cannot be {_shown(value)}; allowed: {self.range_text}."
            )
        return value

    def _allows(self, value: object) -> bool:
        if isinstance(value, str):
            fits = "\0" not in value and (self.high is None or len(value) <= self.high)
            in_choices = not self.choices or value in self.choices
            return fits and in_choices and (not self.pattern or re.fullmatch(self.pattern, value) is not None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return True


def _number(value: float | None) -> str:
    return "any" if value is None else str(int(value) if value == int(value) else value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
