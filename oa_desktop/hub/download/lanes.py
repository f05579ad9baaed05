"""Receive what is missing of a file, over one connection or several, until it is there or something is wrong.

A second connection helps where the way is long or each connection is slowed down; where it does not, it is
given up again. So another one is tried while the file is long enough, and kept only if the whole got faster.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from oa_desktop.gguf.errors import decimal_size
from oa_desktop.hub.download.answers import NotTheseBytes
from oa_desktop.hub.download.lane import Lane, OpenBody, Show
from oa_desktop.hub.download.pace import Pace
from oa_desktop.hub.download.part_file import PartFile
from oa_desktop.hub.download.sentences import disk_full
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import HubBusy, HubUnreachable

_WORTH_IT = 1.15
_STOP_WAIT_S = 1.0
_QUICK_FLUSH_S = 0.3


@dataclass(slots=True)
class _Trial:
    """Whether the newest connection pays. before: bytes per second without it."""

    since: float
    before: float = 0.0
    judged: bool = True


class Lanes:
    """The connections of one attempt. look: called some times a second; what it raises ends the attempt."""

    def __init__(
        self,
        part: PartFile,
        open_body: OpenBody,
        show: Show,
        pace: Pace,
        tuning: Tuning,
        stop: threading.Event,
        look: Callable[[], None],
    ) -> None:
        self._part = part
        self._open = open_body
        self._show = show
        self._pace = pace
        self._tuning = tuning
        self._stop = stop
        self._look = look
        self._changed = threading.Event()
        self._lanes: list[Lane] = []
        self._most = tuning.most_lanes
        self._trial = _Trial(time.monotonic())
        self._flushed_at = time.monotonic()
        self._flushed_bytes = part.ranges.done_bytes()
        self._flushes_quickly = True

    def run(self) -> None:
        """Return when all bytes are on disk, or `stop` is set; what is there is noted in any case.

        Raises: what the last connection failed with; DownloadStopped for a full disk; what `look` raises.
        """
        self._start()
        try:
            while self._lanes and not self._stop.is_set():
                self._changed.wait(self._tuning.note_s)
                self._changed.clear()
                self._look()
                self._settle()
                self._keep()
                self._try_another()
        finally:
            wait_s = _STOP_WAIT_S if self._stop.is_set() else None
            for lane in self._lanes:
                lane.end(wait_s)
            self._part.note()

    def _start(self, least_bytes: int = 0) -> None:
        self._lanes.append(
            Lane(self._part, self._open, self._show, self._pace, self._tuning, self._changed, least_bytes)
        )

    def _settle(self) -> None:
        """Take finished and stalled lanes away; one that failed while others go on was one too many."""
        for lane in self._lanes:
            lane.drop_if_stalled()
        for lane in [lane for lane in self._lanes if not lane.is_alive]:
            self._lanes.remove(lane)
            if lane.failure is None:
                continue
            spare = isinstance(lane.failure, HubBusy | HubUnreachable | NotTheseBytes)
            if not (spare and self._lanes):
                raise lane.failure
            self._most = len(self._lanes)

    def _keep(self) -> None:
        """Note what is there. A disk that flushes quickly is made to, so that little is left for the end."""
        began = time.monotonic()
        done = self._part.ranges.done_bytes()
        late = began - self._flushed_at >= self._tuning.flush_s
        flush = late or (self._flushes_quickly and done - self._flushed_bytes >= self._tuning.flush_bytes)
        self._part.note(flush=flush)
        if flush:
            self._flushed_at, self._flushed_bytes = time.monotonic(), done
            self._flushes_quickly = self._flushed_at - began < _QUICK_FLUSH_S
        free = shutil.disk_usage(self._part.path.parent).free
        if free < self._tuning.reserve_bytes:
            raise disk_full(f"{decimal_size(free)} are left")

    def _try_another(self) -> None:
        trial, now = self._trial, time.monotonic()
        if now - trial.since < self._tuning.trial_s or self._pace.is_limited:
            return
        speed = self._pace.bytes_per_second()
        if not trial.judged and len(self._lanes) > 1:
            trial.judged = True
            if speed < _WORTH_IT * trial.before:
                self._most = len(self._lanes) - 1
                self._lanes.pop().end(_STOP_WAIT_S)
                return
        left = self._part.ranges.size_bytes - self._part.ranges.done_bytes()
        if len(self._lanes) < self._most and left > 2 * self._tuning.least_lane_bytes:
            self._trial = _Trial(now, speed, judged=False)
            self._start(self._tuning.least_lane_bytes)
