"""What single characters need before they are shown: clean code points, direction, and room to wrap."""

import re
import unicodedata

from oa_desktop.ui.blocks.limits import UNBROKEN_RUN

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ZERO_WIDTH_SPACE = "\u200b"

_UNSHOWABLE = re.compile("[\x00\ud800-\udfff]")
_RUN = re.compile(rf"[^\s{ZERO_WIDTH_SPACE}]+")
_DIRECTION_WINDOW = 2_000


def normalized(text: str) -> str:
    """Line ends become LF; NUL and lone surrogates, which Qt would drop silently, become U+FFFD."""
    return _UNSHOWABLE.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def with_room_to_wrap(text: str) -> str:
    """A zero-width space after every 2,000 unbroken characters; without it Qt freezes on one long word."""
    if all(len(run) <= UNBROKEN_RUN for run in text.split()):
        return text
    return _RUN.sub(lambda run: _in_pieces(run[0]), text)


def _in_pieces(run: str) -> str:
    starts = range(0, len(run), UNBROKEN_RUN)
    return ZERO_WIDTH_SPACE.join(run[start : start + UNBROKEN_RUN] for start in starts)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is Hebrew, Arabic or the like (UAX 9, rule P2)."""
    for character in text[:_DIRECTION_WINDOW]:
        direction = unicodedata.bidirectional(character)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
