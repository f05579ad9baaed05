"""Ask again when the hub is busy or out of reach: after a while, a few times, and as it says itself."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import DownloadCancelled, HubBusy, HubUnreachable
from oa_desktop.hub.in_time import in_time

T = TypeVar("T")

_log = logging.getLogger(__name__)

Tell = Callable[[Phase], Progress]
"""How far a download is, as told in a phase."""


@dataclass(slots=True)
class Backoff:
    """Counts attempts that brought nothing; one that brought bytes begins the count again."""

    tuning: Tuning
    failures: int = 0

    def after_failure(self, *, progressed: bool, told_s: float | None = None) -> float | None:
        """Seconds to wait before another attempt; None: enough were made.

        told_s: what the server asked for; it is waited out however often it asks, up to a limit.
        """
        self.failures = 1 if progressed else self.failures + 1
        if self.failures > self.tuning.attempts:
            return None
        if told_s is not None:
            return None if told_s > self.tuning.longest_told_wait_s else max(0.0, told_s)
        wait = min(self.tuning.first_wait_s * (1 << (self.failures - 1)), self.tuning.longest_wait_s)
        return wait * random.uniform(0.8, 1.2)  # noqa: S311 (not a secret)


def patiently(
    ask: Callable[[], T],
    backoff: Backoff,
    control: Control,
    tell: Tell = Progress,
) -> T:
    """What `ask` returns, in the end; an answer that is still awaited when told to stop is not waited for.

    Raises DownloadCancelled, and what `ask` raises.
    """
    while True:
        if control.stop.is_set():
            raise DownloadCancelled
        control.report(tell(Phase.ASKING))
        try:
            return in_time(ask, stop=control.stop)
        except (HubBusy, HubUnreachable) as trouble:
            wait_and_count_down(trouble, backoff, control, tell, progressed=False)


def wait_and_count_down(
    trouble: HubBusy | HubUnreachable,
    backoff: Backoff,
    control: Control,
    tell: Tell,
    progressed: bool,
) -> None:
    """Until the next attempt. Raises the trouble itself when enough were made, and DownloadCancelled."""
    told_s = trouble.wait_s if isinstance(trouble, HubBusy) else None
    wait_s = backoff.after_failure(progressed=progressed, told_s=told_s)
    if wait_s is None:
        raise trouble
    _log.info("%s Another attempt in %.1f s.", trouble.title, wait_s)
    until = time.monotonic() + wait_s
    while (left := until - time.monotonic()) > 0:
        control.report(replace(tell(Phase.RETRYING), bytes_per_second=0.0, retry_in_s=left, problem=trouble))
        if control.stop.wait(min(left, 1.0)):
            raise DownloadCancelled
