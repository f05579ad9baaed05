"""Work without a time limit of its own, such as looking up a name: waited for only so long, then left.

What is left ends by itself, on a thread that the end of the app does not wait for.
"""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from oa_desktop.hub.errors import DownloadCancelled

T = TypeVar("T")

_POLL_S = 0.1


def in_time(
    work: Callable[[], T],
    most_s: float = math.inf,
    stop: threading.Event | None = None,
    too_late: Callable[[T], None] = lambda _: None,
) -> T:
    """What `work` returns, which is done on another thread.

    most_s: how long to wait for it. stop: ends the waiting at once.
    too_late: given what nobody waited for any more, on that thread.
    Raises: TimeoutError, DownloadCancelled when told to stop, and what `work` raises.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as exc:  # given to the one that waits
            answer.set_exception(exc)

    until = time.monotonic() + most_s
    threading.Thread(target=run, name="hub-ask", daemon=True).start()
    while True:
        left_s = until - time.monotonic()
        if wait((answer,), max(0.0, min(left_s, _POLL_S))).done:
            return answer.result()
        stopped = stop is not None and stop.is_set()
        if stopped or left_s <= 0:
            answer.add_done_callback(lambda late: None if late.exception() else too_late(late.result()))
            raise DownloadCancelled if stopped else TimeoutError
