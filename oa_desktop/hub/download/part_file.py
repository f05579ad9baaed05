"""A file that is not whole yet: its bytes, and beside it a note of which of them are there.

The note says twice what is there: `written`, which holds unless the machine went down since, and `flushed`,
which holds always. So a killed process loses a moment of work, and a loss of power some seconds.
"""

import json
import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psutil  # type: ignore[import-untyped]

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import StorageError
from oa_desktop.hub.download.ranges import Interval, Ranges, merged

_log = logging.getLogger(__name__)

_VERSION = 1
_MOST_NOTE_BYTES = 1 << 20
_SAME_BOOT_S = 30
_BINARY = getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Source:
    """What a server calls the exact bytes it sends: an ETag, which means nothing elsewhere."""

    place: str = ""
    etag: str = ""


class PartFile:
    """`<sha256>.part` and `<sha256>.json` in `folder`, which must exist. Made when it is opened.

    One process at a time may have it open. Raises: StorageError when it cannot be made or is no plain file.
    """

    def __init__(self, folder: Path, sha256: str, size_bytes: int) -> None:
        self.path = folder / f"{sha256}.part"
        self._note = folder / f"{sha256}.json"
        self._size = size_bytes
        self._file = self._opened()
        try:
            done, self.source = self._noted()
        except StorageError:
            self._file.close()
            raise
        self.ranges = Ranges(size_bytes, done)
        self._flushed: tuple[Interval, ...] = self.ranges.done()

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
        content = {
            "version": _VERSION,
            "size": self._size,
            "boot": psutil.boot_time(),
            "written": written,
            "flushed": self._flushed,
            "place": self.source.place,
            "etag": self.source.etag,
        }
        write_atomically(self._note, json.dumps(content).encode("ascii"), flush=flush)

    def forget(self) -> None:
        """Begin again: nothing of what is there counts. Raises OSError."""
        self.ranges.forget()
        self.source = Source()
        self._flushed = ()
        self._file.truncate(0)
        self.note()

    def close(self) -> None:
        """Idempotent; what is there stays."""
        self._file.close()

    def discard(self) -> None:
        """Close it and leave nothing behind."""
        self.close()
        for file in (self.path, self._note):
            with suppress(OSError):
                file.unlink()

    def place(self, target: Path) -> None:
        """The whole file, safe on the disk, under the name `target`; nothing else is left. Raises OSError."""
        os.fsync(self._file.fileno())
        self.require_untouched()
        self.close()
        self.path.replace(target)
        self._note.unlink(missing_ok=True)

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

    def _noted(self) -> tuple[tuple[Interval, ...], Source]:
        try:
            if self._note.is_symlink() or self._note.stat().st_size > _MOST_NOTE_BYTES:
                return (), Source()
            content = json.loads(self._note.read_bytes())
            version = content["version"]
            if type(version) is int and version > _VERSION:
                raise _of_newer_version()
            if content["size"] != self._size or version != _VERSION:
                return (), Source()
            done = _there(content)
            source = Source(str(content["place"]), str(content["etag"]))
        except FileNotFoundError:
            return (), Source()
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as exc:
            _log.warning("%s is not readable, the download begins again: %s", self._note, exc)
            return (), Source()
        length = os.fstat(self._file.fileno()).st_size
        return tuple((start, min(end, length)) for start, end in done), source


def came_bytes(folder: Path, sha256: str) -> int:
    """How much of a file came so far, by its note, to be shown; 0 when nobody knows."""
    note = folder / f"{sha256}.json"
    try:
        if note.is_symlink() or note.stat().st_size > _MOST_NOTE_BYTES:
            return 0
        content = json.loads(note.read_bytes())
        if content["version"] != _VERSION:
            return 0
        length = (folder / f"{sha256}.part").stat().st_size
        return sum(max(0, min(end, length) - start) for start, end in merged(_there(content)))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return 0


def _there(content: dict[str, Any]) -> tuple[Interval, ...]:
    same_boot = abs(float(content["boot"]) - psutil.boot_time()) < _SAME_BOOT_S
    return _intervals(content["written" if same_boot else "flushed"])


def _of_newer_version() -> StorageError:
    return StorageError(
        "download-newer",
        "A newer version of this app began to download this, and what came is left alone.",
        hint="Go on with that version, or cancel this to remove what came.",
    )


def _intervals(rows: Any) -> tuple[Interval, ...]:
    intervals = tuple((start, end) for start, end in rows)
    if not all(type(number) is int and number >= 0 for pair in intervals for number in pair):
        raise ValueError("not intervals")
    return intervals
