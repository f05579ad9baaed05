"""How many tokens of waiting prompts a step may read, so that the replies beside them keep their rhythm.

A step takes about what the replies alone take, plus something for each prompt token. Both are measured while
steps go by; nothing is known about the machine beforehand. Knows no clock and no model.
"""

from collections import deque
from statistics import median
from typing import Final

STRETCH: Final = 1.6
"""How many times what the replies alone take a step with prompt tokens should take. Clearly below two,
because steps vary and their cost grows in jumps."""
ROWS_AT_ONCE: Final = 4
"""llama.cpp's kernels for processors take rows in fours; each one left over costs nearly as much as four."""
UNHURRIED_STEP_S: Final = 1.0
"""A step without replies should end after this time: so long may a new request have to wait."""
SMALLEST_UNHURRIED: Final = 128
"""Tokens of a step without replies, however slow: a processor reads smaller batches at a worse rate."""
_REMEMBERED: Final = 15
_SMALL_BATCH_PENALTY: Final = 2.0
"""A prompt token in a small batch costs up to this many times what it costs in a large one."""
_TRUST: Final = 32
"""How many measured tokens weigh as much as what was expected of them: one step proves little."""
_GROWTH: Final = 2
"""A slice is at most this many times the largest of the newest ones."""
_SHORTEST_S: Final = 1e-6
_LONG_S: Final = 1e6


class Pace:
    """Learns from `note` and advises with `prompt_tokens`."""

    def __init__(self) -> None:
        self._alone: dict[int, deque[float]] = {}
        """Seconds of the newest steps without prompts, by number of replies."""
        self._beside: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)
        """Prompt tokens of the newest steps with both, and the seconds these took longer for them."""
        self._unhurried: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)
        """Prompt tokens and seconds of the newest steps without replies."""

    def note(self, replies: int, prompt_tokens: int, seconds: float) -> None:
        """A step went by."""
        if not prompt_tokens:
            self._alone.setdefault(replies, deque(maxlen=_REMEMBERED)).append(seconds)
        elif not replies:
            self._unhurried.append((prompt_tokens, seconds))
        elif (usual := self._usual_s(replies)) is not None:
            self._beside.append((prompt_tokens, seconds - usual))

    def prompt_tokens(self, replies: int, most: int) -> int:
        """How many prompt tokens to read beside so many replies. most: how many wait, or can be read at once.

        At least 1, so that every prompt ends; 0 only for one step, which shows what such replies take alone.
        """
        if not replies:
            expected = self._expected_s()
            advice = SMALLEST_UNHURRIED if expected is None else int(UNHURRIED_STEP_S / expected)
            return min(most, max(SMALLEST_UNHURRIED, _down(advice)))
        usual = self._usual_s(replies)
        if usual is None:
            return 0
        rows = replies + min(self._largest(), int((STRETCH - 1) * usual / self._token_s()))
        advice = max(_down(rows), _down(replies) + ROWS_AT_ONCE) - replies
        return advice if advice <= most else max(1, _down(replies + most) - replies)

    def _usual_s(self, replies: int) -> float | None:
        """The middle step of that many replies, or of a number near it."""
        nearest = min(self._alone, key=lambda known: abs(known - replies), default=0)
        alike = nearest <= 2 * replies and replies <= 2 * nearest
        return median(self._alone[nearest]) if alike else None

    def _expected_s(self) -> float | None:
        """Seconds of a prompt token in a large batch."""
        if not self._unhurried:
            return None
        tokens = sum(tokens for tokens, _ in self._unhurried)
        seconds = sum(seconds for _, seconds in self._unhurried)
        return max(_SHORTEST_S, seconds / tokens)

    def _token_s(self) -> float:
        """Seconds of a prompt token beside replies: what was expected, then more and more what was seen.

        Never less than in a large batch. Beside a single reply the first tokens seem to cost nothing, because
        they fill up a group of rows.
        """
        tokens = sum(tokens for tokens, _ in self._beside)
        seconds = sum(seconds for _, seconds in self._beside)
        expected = self._expected_s()
        if expected is None:
            return max(_SHORTEST_S, seconds / tokens) if tokens else _LONG_S
        return max(expected, (_TRUST * _SMALL_BATCH_PENALTY * expected + seconds) / (_TRUST + tokens))

    def _largest(self) -> int:
        return _GROWTH * max((tokens for tokens, _ in self._beside), default=SMALLEST_UNHURRIED)


def _down(rows: int) -> int:
    return rows - rows % ROWS_AT_ONCE
