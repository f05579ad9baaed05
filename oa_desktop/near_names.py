"""The name a person most likely meant. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_TYPED = 80
_SHORTEST_BEGINNING = 3
_CLOSE_ENOUGH = 0.6


def nearest(typed: str, names: Iterable[str]) -> str | None:
    """Of `names`, the first that begins with what was typed, else the most similar; None when none is near.

    A long name is also near when only its beginning is similar, as people leave out the rest.
    """
    typed = typed.strip().lower()[:_LONGEST_TYPED]
    lowered = {name.lower(): name for name in names}
    if len(typed) >= _SHORTEST_BEGINNING:
        for name in lowered:
            if name.startswith(typed):
                return lowered[name]
    beginnings = {name[: len(typed) + 1]: name for name in reversed(lowered)}
    for known in ({name: name for name in lowered}, beginnings):
        close = get_close_matches(typed, known, 1, _CLOSE_ENOUGH)
        if close:
            return lowered[known[close[0]]]
    return None
