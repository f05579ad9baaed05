"""The SHA-256 of a file while it is being downloaded: it follows the bytes that are there without a gap.

It takes the bytes it is shown as they come, and reads back from the part file what it was not shown or could
not keep up with. So connections may write out of order, and nothing of a hash is remembered for a resume.
"""

import hashlib
import threading
from collections.abc import Callable
from typing import BinaryIO

from oa_desktop.hub.download.part_file import PartFile

_READ_BYTES = 1 << 18
_START_BYTES = 64
_MOST_SHOWN = 32


class FollowingHash:
    """Starts at once, on a thread of its own. on_start: told the first bytes."""

    def __init__(self, part: PartFile, on_start: Callable[[bytes], None]) -> None:
        self._part = part
        self._on_start = on_start
        self._hash = hashlib.sha256()
        self._position = 0
        self._shown: dict[int, bytes] = {}
        self._stopped = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="download-hash", daemon=True)
        self._thread.start()

    def show(self, offset: int, data: bytes) -> None:
        """These bytes were just written at `offset`; it may save reading them. From any thread."""
        if len(self._shown) < _MOST_SHOWN:
            self._shown[offset] = data

    @property
    def position(self) -> int:
        """How many bytes were hashed."""
        return self._position

    @property
    def is_finished(self) -> bool:
        """Whether all bytes were hashed, or hashing failed."""
        return not self._thread.is_alive()

    def wait(self, wait_s: float) -> None:
        """Until it is finished, or that long."""
        self._thread.join(wait_s)

    def stop(self) -> None:
        """Hash nothing any more, and wait for that."""
        self._stopped.set()
        self._part.ranges.wake()
        self._thread.join()

    def hexdigest(self) -> str:
        """Of the whole file. Raises what reading it raised, or what `on_start` did."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._hash.hexdigest()

    def failure(self) -> Exception | None:
        """What reading the file raised, or `on_start` did."""
        return self._failure

    def _run(self) -> None:
        try:
            with self._part.reader() as file:
                self._follow(file)
        except Exception as exc:
            self._failure = exc

    def _follow(self, file: BinaryIO) -> None:
        size = self._part.ranges.size_bytes
        while self._position < size and not self._stopped.is_set():
            limit = self._part.ranges.prefix_beyond(self._position, self._stopped)
            while self._position < limit and not self._stopped.is_set():
                data = self._next(file, limit)
                if not data:
                    raise OSError("the file became shorter while it was downloaded")
                if self._position == 0:
                    self._on_start(data[:_START_BYTES])
                self._hash.update(data)
                self._position += len(data)

    def _next(self, file: BinaryIO, limit: int) -> bytes:
        """The bytes at the position: as they were shown, else from the file."""
        shown = self._shown.pop(self._position, b"")
        if shown and self._position + len(shown) <= limit:
            return shown
        for offset in [offset for offset in list(self._shown) if offset < self._position]:
            self._shown.pop(offset, None)
        file.seek(self._position)
        return file.read(min(_READ_BYTES, limit - self._position))
