"""How many tokens texts have, remembered, so that a long conversation is not counted again at every turn."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from oa_desktop.engine.prompts.segments import TokenTable

MOST_REMEMBERED: Final = 32_768
"""About 4 MB; eight conversations of the longest kind."""


class TextSizes:
    """For many threads: the worst that two at once can do is to count a text twice."""

    def __init__(self, vocabulary: TokenTable) -> None:
        self._vocabulary = vocabulary
        self._known: OrderedDict[bytes, int] = OrderedDict()

    def count(self, text: str) -> int:
        """The tokens of a text that stands alone."""
        data = text.encode(errors="replace")
        key = blake2b(data, digest_size=16).digest()
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self._vocabulary.tokenize(text))
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return known
