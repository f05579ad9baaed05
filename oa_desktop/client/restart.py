"""How often a stopped engine is started again by itself: at once, after two seconds, after eight, no more."""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

DELAYS_S: Final = (0.0, 2.0, 8.0)
WINDOW_S: Final = 60.0


class RestartPolicy:
    """Counts deaths of the last WINDOW_S. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._deaths: deque[float] = deque()

    def next_delay_s(self) -> float | None:
        """Note a death; how long to wait before the next start, or None when it died too often."""
        now = self._clock()
        while self._deaths and now - self._deaths[0] >= WINDOW_S:
            self._deaths.popleft()
        if len(self._deaths) == len(DELAYS_S):
            return None
        self._deaths.append(now)
        return DELAYS_S[len(self._deaths) - 1]

    def forget(self) -> None:
        """Start counting anew, as after a person asked for a restart."""
        self._deaths.clear()
