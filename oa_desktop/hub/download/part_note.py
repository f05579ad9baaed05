"""The note beside a part file: which of its bytes are there, and whose they are.

It says twice what is there: `written`, which holds unless the machine went down since, and `flushed`, which
holds always. So a killed process loses a moment of work, and a loss of power some seconds. As that may empty
a file that was just replaced, the last note that was flushed is kept as well.
"""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import StorageError
from oa_desktop.hub.download.ranges import Interval, merged

_log = logging.getLogger(__name__)

_VERSION = 1
_MOST_BYTES = 1 << 20
_SAME_BOOT_S = 30


@dataclass(frozen=True, slots=True)
class Source:
    """What a server calls the exact bytes it sends: an ETag, which means nothing elsewhere."""

    place: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is there of a file of `size_bytes`."""

    size_bytes: int
    written: tuple[Interval, ...] = ()
    flushed: tuple[Interval, ...] = ()
    source: Source = Source()


class PartNote:
    """`<sha256>.json` in `folder`, and `<sha256>.json.flushed`."""

    def __init__(self, folder: Path, sha256: str) -> None:
        self._latest = folder / f"{sha256}.json"
        self._flushed = folder / f"{sha256}.json.flushed"

    def write(self, noted: Noted, *, flush: bool) -> None:
        """flush: what is noted as flushed is news. Raises OSError."""
        content = {
            "version": _VERSION,
            "size": noted.size_bytes,
            "boot": psutil.boot_time(),
            "written": noted.written,
            "flushed": noted.flushed,
            "place": noted.source.place,
            "etag": noted.source.etag,
        }
        text = json.dumps(content).encode("ascii")
        if flush:
            write_atomically(self._flushed, text, follow=False)
        write_atomically(self._latest, text, flush=False, follow=False)

    def read(self) -> Noted | None:
        """None: nothing that can be understood. Raises StorageError for that of a newer version."""
        latest = _read(self._latest)
        if latest is not None:
            return latest
        flushed = _read(self._flushed)
        return replace(flushed, written=flushed.flushed) if flushed is not None else None

    def remove(self) -> None:
        """Idempotent; what cannot be removed is removed with the other leftovers."""
        half_written = self._latest.parent.glob(f".{self._latest.name}*.tmp")
        for file in (self._latest, self._flushed, *half_written):
            with suppress(OSError):
                file.unlink()


def came_bytes(folder: Path, sha256: str) -> int:
    """How much of a file came so far, by its note, to be shown; 0 when nobody knows."""
    try:
        noted = PartNote(folder, sha256).read()
        length = (folder / f"{sha256}.part").stat().st_size
    except (OSError, StorageError):
        return 0
    there = merged(noted.written) if noted is not None else ()
    return sum(max(0, min(end, length) - start) for start, end in there)


def _read(file: Path) -> Noted | None:
    try:
        if file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            return None
        content = json.loads(file.read_bytes())
        version = content["version"]
        if type(version) is int and version > _VERSION:
            raise _of_newer_version()
        if version != _VERSION:
            return None
        same_boot = abs(float(content["boot"]) - psutil.boot_time()) < _SAME_BOOT_S
        flushed = _intervals(content["flushed"])
        written = _intervals(content["written"]) if same_boot else flushed
        source = Source(str(content["place"]), str(content["etag"]))
        return Noted(int(content["size"]), written, flushed, source)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as exc:
        _log.warning("%s is not readable: %s", file, exc)
        return None


def _intervals(rows: Any) -> tuple[Interval, ...]:
    intervals = tuple((start, end) for start, end in rows)
    if not all(type(number) is int and number >= 0 for pair in intervals for number in pair):
        raise ValueError("not intervals")
    return intervals


def _of_newer_version() -> StorageError:
    return StorageError(
        "download-newer",
        "A newer version of this app began to download this, and what came is left alone.",
        hint="Go on with that version, or cancel this to remove what came.",
    )
