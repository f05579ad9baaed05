"""Notices a step that never ends: a hung device, a deadlock, a fault in native code."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

STEP_LIMIT_S: Final = 60.0
TOKEN_LIMIT_S: Final = 2.0
"""On top, for each token. Nobody waits for a machine that is slower than that."""
_LONGEST_PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RunningStep:
    """A step while it runs, for other threads to look at. requests: the ids of all that hold sequences."""

    requests: frozenset[str]
    token_count: int


class Watchdog:
    """Looked at some times a second by one thread.

    Between two looks at most a second counts, so that a process that was stopped, or a computer that slept,
    is not mistaken for a hung one.
    """

    def __init__(
        self,
        step_limit_s: float = STEP_LIMIT_S,
        token_limit_s: float = TOKEN_LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step_limit_s = step_limit_s
        self._token_limit_s = token_limit_s
        self._clock = clock
        self._step: RunningStep | None = None
        self._looked_s = clock()
        self._spent_s = 0.0

    def sees_hung(self, step: RunningStep | None) -> bool:
        """step: the one that runs now. True when it has run for longer than any step may."""
        now_s = self._clock()
        pause_s, self._looked_s = now_s - self._looked_s, now_s
        if step is None or step is not self._step:
            self._step, self._spent_s = step, 0.0
            return False
        self._spent_s += min(pause_s, _LONGEST_PAUSE_S)
        return self._spent_s > self._step_limit_s + self._token_limit_s * step.token_count
