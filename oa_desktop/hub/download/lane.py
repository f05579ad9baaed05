"""One connection of a download, on a thread of its own: claims missing bytes, reads them, writes them."""

import os
import threading
from collections.abc import Callable
from typing import BinaryIO

from oa_desktop.hub.download.answers import NotTheseBytes
from oa_desktop.hub.download.connection import Body
from oa_desktop.hub.download.pace import Pace, StallWatch
from oa_desktop.hub.download.part_file import PartFile
from oa_desktop.hub.download.ranges import Claim
from oa_desktop.hub.download.sentences import cut_short, stalled
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import HubUnreachable

OpenBody = Callable[[int, int, threading.Event], Body]
"""The bytes from the first number up to the second, unless the event is set before they come."""

Show = Callable[[int, bytes], None]
"""Told of bytes that were written, and where."""


class Lane:
    """Runs until nothing is missing, it is ended, or it fails.

    least_bytes: not 0 to take a part of what another lane fetches, if both parts keep that many bytes.
    """

    def __init__(
        self,
        part: PartFile,
        open_body: OpenBody,
        show: Show,
        pace: Pace,
        tuning: Tuning,
        changed: threading.Event,
        least_bytes: int = 0,
    ) -> None:
        self._part = part
        self._open = open_body
        self._show = show
        self._pace = pace
        self._tuning = tuning
        self._changed = changed
        self._least_bytes = least_bytes
        self._ending = threading.Event()
        self._body: Body | None = None
        self._reading: tuple[Body, StallWatch] | None = None
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="download-lane", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it may still bring something."""
        return self._thread.is_alive()

    def drop_if_stalled(self) -> None:
        """End a connection whose server keeps the reader busy and brings next to nothing of the file."""
        if (reading := self._reading) is not None and reading[1].is_stalled:
            reading[0].interrupt()

    def end(self, wait_s: float | None = None) -> None:
        """Read nothing any more, and wait for that."""
        self._ending.set()
        if (body := self._body) is not None:  # which its own thread may let go of meanwhile
            body.interrupt()
        self._thread.join(wait_s)

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                claim = self._part.ranges.claim(self._least_bytes)
                if claim is None:
                    return
                self._least_bytes = 0
                try:
                    self._fetch(claim)
                finally:
                    self._part.ranges.release(claim)
        except Exception as exc:
            if not self._ending.is_set():
                self.failure = exc
        finally:
            self._changed.set()

    def _fetch(self, claim: Claim) -> None:
        body = self._body = self._open(claim.start, claim.end, self._ending)
        try:
            if self._part.source.etag and body.source.place == self._part.source.place:
                if body.source.etag != self._part.source.etag:
                    raise NotTheseBytes("the file was replaced meanwhile")
            else:
                self._part.source = body.source
            with self._part.writer() as file:
                file.seek(claim.start)
                self._copy(claim, body, file)
        finally:
            self._body = self._reading = None
            body.close()

    def _copy(self, claim: Claim, body: Body, file: BinaryIO) -> None:
        tuning = self._tuning
        watch = StallWatch(tuning.stall_s, tuning.slowest_bytes_per_s * tuning.stall_s)
        while not self._ending.is_set() and (
            wanted := self._part.ranges.wanted(claim, self._pace.most_bytes(tuning.read_bytes))
        ):
            data = self._read(body, wanted, watch)
            if os.fstat(file.fileno()).st_size < claim.position:
                self._part.require_untouched()
            view = memoryview(data)
            while view:
                view = view[file.write(view) or 0 :]
            self._show(claim.position, data)
            self._part.ranges.advance(claim, len(data))
            wait_s = self._pace.received(len(data))
            watch.received(len(data), wait_s)
            if wait_s:
                self._ending.wait(wait_s)
            elif watch.is_stalled:
                raise stalled()

    def _read(self, body: Body, most_bytes: int, watch: StallWatch) -> bytes:
        """At least one byte. Raises HubUnreachable."""
        self._reading = body, watch
        try:
            data = body.read(most_bytes)
        except HubUnreachable as exc:
            if watch.is_stalled:
                raise stalled() from exc
            raise
        finally:
            self._reading = None
        if not data:
            raise stalled() if watch.is_stalled else cut_short()
        return data
