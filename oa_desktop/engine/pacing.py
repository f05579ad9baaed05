"""How many tokens of waiting prompts a step may read, so that the replies beside them keep their rhythm.

A step takes about what the replies alone take, plus something for each prompt token. Both are measured while
steps go by; nothing is known about the machine beforehand. Knows no clock and no model.
"""

from collections import deque
from statistics import median
from typing import Final

STRETCH: Final = 1.75
"""A step with prompt tokens should take at most this many times what the replies alone take. A little below
two, because steps vary."""
UNHURRIED_STEP_S: Final = 0.25
"""A step without replies should end after this time: so long may a new request or a stop have to wait."""
SMALLEST_UNHURRIED: Final = 64
"""Tokens of a step without replies, however slow: a processor reads smaller batches at a worse rate."""
_REMEMBERED: Final = 15
_SMALL_BATCH_PENALTY: Final = 2.0
"""A prompt token in a small batch costs up to this many times what it costs in a large one."""
_SHORTEST_S: Final = 1e-6


class Pace:
    """Learns from `note` and advises with `prompt_tokens`."""

    def __init__(self) -> None:
        self._alone: dict[int, deque[float]] = {}
        """Seconds of the newest steps without prompts, by number of replies."""
        self._beside: deque[float] = deque(maxlen=_REMEMBERED)
        """Seconds per prompt token beside replies."""
        self._unhurried: deque[float] = deque(maxlen=_REMEMBERED)
        """Seconds per prompt token when no reply waited."""

    def note(self, replies: int, prompt_tokens: int, seconds: float) -> None:
        """A step went by."""
        if not prompt_tokens:
            self._alone.setdefault(replies, deque(maxlen=_REMEMBERED)).append(seconds)
        elif not replies:
            self._unhurried.append(seconds / prompt_tokens)
        elif (usual := self._usual_s(replies)) is not None:
            self._beside.append(max(_SHORTEST_S, (seconds - usual) / prompt_tokens))

    def prompt_tokens(self, replies: int, most: int) -> int:
        """How many prompt tokens to read beside so many replies, up to `most`.

        At least 1, so that every prompt ends; 0 only for one step, which shows what such replies take alone.
        """
        if not replies:
            return min(most, self._unhurried_tokens())
        usual, cost = self._usual_s(replies), self._token_s()
        if usual is None:
            return 0
        return most if cost is None else min(most, max(1, int((STRETCH - 1) * usual / cost)))

    def _unhurried_tokens(self) -> int:
        if not self._unhurried:
            return SMALLEST_UNHURRIED
        return max(SMALLEST_UNHURRIED, int(UNHURRIED_STEP_S / max(_SHORTEST_S, median(self._unhurried))))

    def _usual_s(self, replies: int) -> float | None:
        """The middle step of that many replies, or of a number near it."""
        nearest = min(self._alone, key=lambda known: abs(known - replies), default=0)
        alike = nearest <= 2 * replies and replies <= 2 * nearest
        return median(self._alone[nearest]) if alike else None

    def _token_s(self) -> float | None:
        if self._beside:
            return median(self._beside)
        return max(_SHORTEST_S, _SMALL_BATCH_PENALTY * median(self._unhurried)) if self._unhurried else None
