"""Role markers that a model file lists as ordinary text.

llama.cpp reads user-defined tokens in any text, even when it is told not to read special ones. In old
conversions of Open Assistant models `<|prompter|>` is such a token, and a pasted one would start a turn. So
text is cut inside each marker. Vocabularies that begin every text with a space (SentencePiece) add one there.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

_SHAPE = re.compile(r"<\|[^<>|\s]+\|>|</?s>|\[/?INST\]|<(?:start|end)_of_turn>")


def is_marker(text: str) -> bool:
    """Written like a role token or an end token."""
    return _SHAPE.fullmatch(text) is not None


class MarkerCutter:
    """Cuts text so that none of `markers` is whole in any part."""

    def __init__(self, markers: Iterable[str]) -> None:
        alternatives = "|".join(re.escape(marker) for marker in sorted(markers, key=len, reverse=True))
        self._pattern = re.compile(alternatives or r"(?!)")

    def parts(self, text: str) -> list[str]:
        """Joined they are `text`; a cut falls after the first character of a marker."""
        cuts = [0, *(found.start() + 1 for found in self._pattern.finditer(text)), len(text)]
        return [text[start:end] for start, end in pairwise(cuts) if start < end] or [text]
