"""Read a file forwards in small pieces; at every step it is known what is read and how much is left."""

import struct
from pathlib import Path
from typing import Protocol

from oa_desktop.gguf.errors import ModelDamaged, ModelIncomplete

CHUNK_BYTES = 256 * 1024

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class Bytes(Protocol):
    """A file, or what stands for one that is elsewhere."""

    def seek(self, position: int, /) -> int:
        """Go to `position`, counted from the start."""
        ...

    def read(self, count: int, /) -> bytes:
        """That many bytes from here; fewer only at the end."""
        ...


class ByteReader:
    """A window over `file`. Never reads more than is asked for plus one chunk; never asks beyond the end."""

    def __init__(self, file: Bytes, path: Path, size_bytes: int) -> None:
        self.path = path
        self.size_bytes = size_bytes
        self._file = file
        self._window = b""
        self._window_start = 0
        self.position = 0

    @property
    def remaining(self) -> int:
        """Bytes from here to the end of the file."""
        return self.size_bytes - self.position

    def take(self, count: int, field: str) -> bytes:
        """The next `count` bytes. The caller has bounded `count`."""
        self.require(count, field)
        start = self.position - self._window_start
        if start < 0 or start + count > len(self._window):
            self._fill(count, field)
            start = 0
        self.position += count
        return self._window[start : start + count]

    def skip(self, count: int, field: str) -> None:
        """Move on without reading."""
        self.require(count, field)
        self.position += count

    def require(self, count: int, field: str) -> None:
        """Raises ModelIncomplete if fewer than `count` bytes are left."""
        if count > self.remaining:
            raise ModelIncomplete(self.path, self.size_bytes, None, field)

    def u32(self, field: str) -> int:
        """An unsigned 32-bit number."""
        return int(_U32.unpack(self.take(4, field))[0])

    def u64(self, field: str) -> int:
        """An unsigned 64-bit number."""
        return int(_U64.unpack(self.take(8, field))[0])

    def text_bytes(self, field: str, limit: int) -> bytes:
        """A length and that many bytes. Raises ModelDamaged for a length beyond `limit`."""
        length = self.u64(field)
        if length > limit:
            raise ModelDamaged(self.path, field, f"claims a text of {length} bytes, more than {limit}")
        return self.take(length, field)

    def damaged(self, field: str, problem: str) -> ModelDamaged:
        """The error for a value that cannot be."""
        return ModelDamaged(self.path, field, problem)

    def _fill(self, count: int, field: str) -> None:
        wanted = min(max(count, CHUNK_BYTES), self.remaining)
        self._file.seek(self.position)
        self._window = self._file.read(wanted)
        self._window_start = self.position
        if len(self._window) < count:  # the file shrank while it was read
            raise ModelIncomplete(self.path, self.position + len(self._window), None, field)
