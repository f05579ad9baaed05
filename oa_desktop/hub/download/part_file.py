"""A file that is not whole yet: its bytes, beside a note of which of them are there."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from oa_desktop.errors import StorageError
from oa_desktop.hub.download.part_note import Noted, PartNote, Source
from oa_desktop.hub.download.ranges import Interval, Ranges

_BINARY = getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class PartFile:
    """`<sha256>.part` in `folder`, which must exist, and its note. Made when it is opened.

    One process at a time may have it open.
    Raises: StorageError when it cannot be made, is no plain file, or a newer version of the app began it.
    """

    def __init__(self, folder: Path, sha256: str, size_bytes: int) -> None:
        self.path = folder / f"{sha256}.part"
        self._note = PartNote(folder, sha256)
        self._size = size_bytes
        noted = self._note.read()
        if noted is None or noted.size_bytes != size_bytes:
            noted = Noted(size_bytes)
        self._file = self._opened()
        self.source = noted.source
        self.ranges = Ranges(size_bytes, self._there(noted.written))
        self._flushed = self._there(noted.flushed)

    def writer(self) -> BinaryIO:
        """The file once more, for one more thread to write to; the caller closes it."""
        return os.fdopen(self._descriptor(os.O_WRONLY), "wb", buffering=0)

    def reader(self) -> BinaryIO:
        """The file, to read from its start; the caller closes it."""
        return os.fdopen(self._descriptor(os.O_RDONLY), "rb", buffering=0)

    def require_untouched(self) -> None:
        """Raises OSError when another program replaced or shortened it, and what was hashed is not there."""
        ends = self.ranges.done()[-1:]
        ours = os.fstat(self._file.fileno())
        if not os.path.samestat(ours, os.lstat(self.path)) or any(ours.st_size < end for _, end in ends):
            raise OSError(f"another program changed {self.path}")

    def note(self, *, flush: bool = False) -> None:
        """Write down what is there. flush: only after it is safe from a loss of power. Raises OSError."""
        written = self.ranges.done()
        if flush:
            os.fsync(self._file.fileno())
            self._flushed = written
        self._note.write(Noted(self._size, written, self._flushed, self.source), flush=flush)

    def forget(self) -> None:
        """Begin again: nothing of what is there counts. Raises OSError."""
        self.ranges.forget()
        self.source = Source()
        self._flushed = ()
        self._file.truncate(0)
        self.note(flush=True)

    def close(self) -> None:
        """Idempotent; what is there stays."""
        self._file.close()

    def discard(self) -> None:
        """Close it and leave nothing behind."""
        self.close()
        with suppress(OSError):
            self.path.unlink()
        self._note.remove()

    def place(self, target: Path) -> None:
        """The whole file, safe on the disk, under the name `target`; nothing else is left. Raises OSError."""
        os.fsync(self._file.fileno())
        self.require_untouched()
        self.close()
        self.path.replace(target)
        self._note.remove()

    def _opened(self) -> BinaryIO:
        try:
            descriptor = self._descriptor(os.O_RDWR | os.O_CREAT)
        except OSError as exc:
            raise StorageError(
                "download-not-writable",
                "The folder for downloads cannot be written.",
                detail=f"{self.path}: {exc}",
                hint="Check its permissions and the space on its disk.",
            ) from exc
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            os.close(descriptor)
            raise StorageError(
                "download-not-writable",
                "Something else lies where a download is to be kept.",
                detail=str(self.path),
                hint="Remove it, and try again.",
            )
        return os.fdopen(descriptor, "r+b", buffering=0)

    def _descriptor(self, flags: int) -> int:
        return os.open(self.path, flags | _BINARY | _NO_FOLLOW, 0o600)

    def _there(self, noted: tuple[Interval, ...]) -> tuple[Interval, ...]:
        length = os.fstat(self._file.fileno()).st_size
        return tuple((start, min(end, length)) for start, end in noted)
