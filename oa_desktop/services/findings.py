"""What a check found out, in a sentence a person understands."""

from dataclasses import dataclass
from enum import StrEnum

from oa_desktop.errors import OaError


class Level(StrEnum):
    """How much it matters."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result. topic: what was looked at, one or two words. hint: what to do about it; may be empty."""

    level: Level
    topic: str
    sentence: str
    hint: str = ""


def problem(topic: str, error: OaError) -> Finding:
    """The finding for something that failed."""
    return Finding(Level.PROBLEM, topic, error.title, error.hint)
