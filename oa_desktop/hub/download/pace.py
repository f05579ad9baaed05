"""How fast bytes come, how fast they may come, and whether they have stopped coming."""

import threading
import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 5.0
_LEAST_BYTES = 1024


class Pace:
    """Counts bytes of all connections. Safe from any thread.

    limit: asked each time for the most bytes per second, 0 for no limit.
    """

    def __init__(
        self, limit: Callable[[], int] = lambda: 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._received: deque[tuple[float, int]] = deque()
        self._next_free = clock()
        self.total_bytes = 0

    @property
    def is_limited(self) -> bool:
        """Whether somebody wants it slower than it could be."""
        return self._limit() > 0

    def most_bytes(self, most: int) -> int:
        """How many to read at once, `most` without a limit: so few that a change of it counts soon."""
        limit = self._limit()
        return min(most, max(_LEAST_BYTES, limit // 4)) if limit else most

    def received(self, count: int) -> float:
        """So many bytes came. Returns how long to wait, in seconds, before more are read."""
        with self._lock:
            now = self._clock()
            self.total_bytes += count
            self._received.append((now, count))
            self._drop_old(now)
            limit = self._limit()
            if not limit:
                self._next_free = now
                return 0.0
            self._next_free = max(self._next_free, now) + count / limit
            return self._next_free - now

    def bytes_per_second(self) -> float:
        """Over the last seconds."""
        with self._lock:
            now = self._clock()
            self._drop_old(now)
            if not self._received:
                return 0.0
            return sum(count for _, count in self._received) / max(now - self._received[0][0], 0.5)

    def _drop_old(self, now: float) -> None:
        while self._received and self._received[0][0] < now - _WINDOW_S:
            self._received.popleft()


class StallWatch:
    """One connection: raised to `is_stalled` when `window_s` brought less than `least_bytes`."""

    def __init__(
        self, window_s: float, least_bytes: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._window_s = window_s
        self._least_bytes = least_bytes
        self._clock = clock
        self._since = clock()
        self._count = 0

    def received(self, count: int, waited_s: float = 0.0) -> None:
        """So many bytes came; waited_s: time that passed because we did not read."""
        self._count += count
        self._since += waited_s
        if self._count >= self._least_bytes:
            self._count, self._since = 0, self._clock()

    @property
    def is_stalled(self) -> bool:
        """Whether this connection brings next to nothing."""
        return self._clock() - self._since > self._window_s
