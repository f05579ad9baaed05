"""The lines of a text file, plain or gzip, as text: bounded in size, decoded, counted.

Compression and encoding are told from the content, never from the file's name.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from oa_desktop.errors import ExchangeError
from oa_desktop.oasst.records import Rejected

MIB = 1024 * 1024
_CHUNK_BYTES = MIB
_GZIP_MAGIC = b"\x1f\x8b"
_RATIO_FLOOR_BYTES = 64 * MIB
"""Short files of many equal rows compress better than the ratio allows, and do no harm."""

_FOREIGN = {
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"PAR1": "a Parquet table; the oasst format is JSON, one object a line",
    b"GGUF": "a model, not conversations",
    b"SQLite format 3\x00": "a database, not conversations",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\xfd7zXZ\x00": "compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
}

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"{\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of this machine.

    line_bytes: longest line, in UTF-8. ratio: unpacked to packed size. total_bytes: of the unpacked text.
    faults: after so many rejected lines reading stops.
    """

    line_bytes: int = 16 * MIB
    ratio: int = 200
    total_bytes: int | None = None
    faults: int = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without its end; number counts from 1, blank lines included."""

    number: int
    text: str


def read_lines(path: Path, limits: Limits) -> Iterator[Line | Rejected]:
    """Damage ends the reading with a final `Rejected`.

    Raises: ExchangeError when the file cannot be opened, or is plainly of another kind.
    """
    try:
        if not path.is_file():
            raise _unreadable(path, "is not a file" if path.exists() else "does not exist")
        with path.open("rb") as packed:
            yield from _Lines(path, packed, limits)
    except OSError as exc:
        raise _unreadable(path, f"cannot be read ({exc.strerror or exc})") from exc


class _Lines:
    def __init__(self, path: Path, packed: BinaryIO, limits: Limits) -> None:
        self._path = path
        self._packed = packed
        self._limits = limits
        self._is_gzip = _peeked(packed).startswith(_GZIP_MAGIC)
        self._stream = packed
        self._read_bytes = 0

    def __iter__(self) -> Iterator[Line | Rejected]:
        number = 0
        while True:
            number += 1
            try:
                if number == 1:
                    self._stream = _unpacked(self._path, self._packed)
                line = self._next_line()
                if not line:
                    return
                if len(line) > self._limits.line_bytes:
                    yield Rejected(number, f"is longer than {self._limits.line_bytes // MIB} MiB")
                    self._skip_rest()
                elif not line.isspace():
                    yield _decoded(number, line)
            except _LimitReached as exc:
                yield Rejected(number, str(exc), final=True)
                return
            except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
                yield Rejected(number, f"the compressed file is damaged here ({exc})", final=True)
                return
            except UnicodeError as exc:
                yield Rejected(number, f"is not valid {getattr(exc, 'encoding', 'text')}", final=True)
                return

    def _next_line(self) -> bytes:
        return self._counted(self._stream.readline(self._limits.line_bytes + 1))

    def _skip_rest(self) -> None:
        while True:
            piece = self._counted(self._stream.readline(_CHUNK_BYTES))
            if not piece or piece.endswith(b"\n"):
                return

    def _counted(self, piece: bytes) -> bytes:
        self._read_bytes += len(piece)
        total = self._limits.total_bytes
        if total is not None and self._read_bytes > total:
            raise _LimitReached(f"there is room for {_size(total)} of text here, and this file has more")
        if self._is_gzip and self._read_bytes > max(
            _RATIO_FLOOR_BYTES, self._limits.ratio * self._packed.tell()
        ):
            raise _LimitReached(f"the file unpacks to more than {self._limits.ratio} times its size")
        return piece


class _LimitReached(Exception):
    pass


def _size(count: int) -> str:
    return f"{count // MIB} MiB" if count >= MIB else f"{count // 1024} KiB"


class _Transcoded(io.RawIOBase):
    """Another encoding as UTF-8 bytes."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            piece = self._stream.read(_CHUNK_BYTES)
            self._ready = self._decoder.decode(piece, final=not piece).encode()
            if not piece and not self._ready:
                return 0
        taken, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _unpacked(path: Path, packed: BinaryIO) -> BinaryIO:
    """The text of the file as UTF-8 bytes, from its start."""
    head = _peeked(packed)
    stream = packed
    if head.startswith(_GZIP_MAGIC):
        stream = io.BufferedReader(gzip.GzipFile(fileobj=packed))
        head = _peeked(stream)
    if stream is not packed and head.startswith(_GZIP_MAGIC):
        raise _unreadable(path, "is compressed twice; unpack it once")
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise _unreadable(path, f"is {what}", code="not-oasst")
    for mark, encoding in _ENCODINGS:
        if head.startswith(mark):
            return io.BufferedReader(_Transcoded(stream, encoding))
    return stream


def _peeked(stream: BinaryIO) -> bytes:
    """Up to 16 bytes without consuming them."""
    return bytes(stream.peek(16)[:16])  # type: ignore[attr-defined]


def _decoded(number: int, line: bytes) -> Line | Rejected:
    try:
        return Line(number, line.decode().removeprefix("\ufeff").rstrip("\r\n"))
    except UnicodeDecodeError as exc:
        column = len(line[: exc.start].decode()) + 1
        reason = f"is not UTF-8 text (byte 0x{line[exc.start]:02x}); save the file as UTF-8"
        return Rejected(number, reason, column=column)


def _unreadable(path: Path, what: str, *, code: str = "file-unreadable") -> ExchangeError:
    return ExchangeError(code, f"The file {path} {what}.", detail=str(path))
