"""What reading a header may cost, counted: lines of Python, and bytes read."""

from typing import BinaryIO

from oa_desktop.gguf.byte_reader import CHUNK_BYTES


def most_lines(size_bytes: int) -> int:
    """For a file of that many bytes, whatever is in them; twice what the costliest header takes."""
    return 20_000 + 2 * size_bytes


def most_bytes(size_bytes: int) -> int:
    """Each byte twice: where a value goes beyond the piece that was read, it is read again."""
    return 2 * size_bytes + CHUNK_BYTES


class CountingFile:
    """A file that knows how many bytes were read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read_bytes = 0

    def seek(self, position: int, /) -> int:
        return self._file.seek(position)

    def read(self, count: int, /) -> bytes:
        piece = self._file.read(count)
        self.read_bytes += len(piece)
        return piece
