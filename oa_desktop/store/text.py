"""Make text fit to be stored: what UTF-8 or SQLite cannot hold becomes U+FFFD, and is counted."""

import re
from typing import NamedTuple

_UNFIT = re.compile("[\x00\ud800-\udfff]")


class CleanText(NamedTuple):
    """The text and how many characters of it were replaced."""

    text: str
    replaced: int


def clean(text: str) -> CleanText:
    """Replace NUL and lone surrogates by U+FFFD."""
    return CleanText(*_UNFIT.subn("\ufffd", text))
