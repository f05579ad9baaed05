"""A file that either appears whole under its name or not at all.

The content goes to a temporary file in the same folder, is flushed to disk, read back and compared, and only
then takes the name. A file of that name stays as it was until then.
"""

import gzip
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Protocol

from oa_desktop.errors import ExchangeError

_PREFIX, _SUFFIX = ".oa-desktop-", ".part"
_LEFT_BEHIND_S = 24 * 3600
_CHUNK_BYTES = 1024 * 1024
_GZIP_LEVEL = 6


class Sink(Protocol):
    """Where the content goes."""

    def write(self, data: bytes, /) -> None:
        """Append. Raises: OSError."""


@contextmanager
def replacing(path: Path) -> Iterator[Sink]:
    """Write through the sink; leaving the block without an exception puts the file in place.

    The content is compressed when the name ends in .gz, with no time in it: equal content, equal bytes.
    Raises: ExchangeError naming the path, when the system refuses; what the block raises passes through.
    """
    target = Path(os.path.realpath(path))
    temporary = target.parent / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
    _refuse_what_is_no_file(path, target)
    try:
        _sweep(target.parent)
        with temporary.open("xb") as raw:
            sink = _Sink(raw, packed=path.suffix == ".gz")
            yield sink
            sink.finish()
            raw.flush()
            os.fsync(raw.fileno())
        if _digest(temporary, packed=path.suffix == ".gz") != sink.digest():
            raise ExchangeError("export-failed", f"What was written to {path} does not read back the same.")
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as exc:
        raise ExchangeError(
            "export-failed",
            f"The file {path} could not be written: {exc.strerror or exc}.",
            detail=repr(exc),
            hint="Nothing was left behind; a file that had this name is unchanged.",
        ) from exc
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


class _Sink:
    def __init__(self, raw: BinaryIO, *, packed: bool) -> None:
        self._hash = blake2b()
        self._gzip = (
            gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0) if packed else None
        )
        self._raw = raw

    def write(self, data: bytes, /) -> None:
        self._hash.update(data)
        if self._gzip is None:
            self._raw.write(data)
        else:
            self._gzip.write(data)

    def finish(self) -> None:
        if self._gzip is not None:
            self._gzip.close()

    def digest(self) -> bytes:
        return self._hash.digest()


def _digest(path: Path, *, packed: bool) -> bytes:
    content = blake2b()
    with gzip.open(path) if packed else path.open("rb") as stream:
        while piece := stream.read(_CHUNK_BYTES):
            content.update(piece)
    return content.digest()


def _refuse_what_is_no_file(path: Path, target: Path) -> None:
    try:
        if target.exists() and not target.is_file():
            what = "a folder" if target.is_dir() else "not a regular file"
            raise ExchangeError("export-failed", f"{path} is {what}, so nothing can be exported to it.")
        if not target.parent.is_dir():
            raise ExchangeError("export-failed", f"{path} cannot be written: its folder does not exist.")
    except OSError as exc:
        raise ExchangeError("export-failed", f"{path} cannot be written: {exc.strerror or exc}.") from exc


def _sweep(folder: Path) -> None:
    """Remove what exports that were killed left in this folder more than a day ago."""
    for left in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_S:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where a folder can be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
