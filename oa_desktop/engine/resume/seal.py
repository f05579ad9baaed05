"""What we add to a state that the backend wrote: whose it is, of which tokens, and a digest of all of it.

The backend's bytes come first, then the tokens, then a footer of fixed length. Nothing is handed to the
backend before `verify`, because a damaged state may crash native code.
"""

import hashlib
import os
import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

from oa_desktop.engine.resume.segment import NAME_BYTES, Segment, token_bytes, tokens_of_bytes

_MAGIC: Final = b"OADKVST1"
_FIELDS: Final = struct.Struct(f"<8sQII{NAME_BYTES}s{NAME_BYTES}s{NAME_BYTES}s")
"""Magic, bytes of the backend, start, tokens, key, name, parent (zeros: none); a SHA-256 follows."""
_FOOTER_BYTES: Final = _FIELDS.size + 32
_TOKEN_BYTES: Final = 4
_MOST_TOKENS: Final = 1 << 24
"""Of a file; no context is longer. A file may say four billion, and have a hole of that length."""
_CHUNK_BYTES: Final = 1 << 20
_NO_PARENT: Final = bytes(NAME_BYTES)


class StateRefused(Exception):
    """A file is no saved state, is damaged, or belongs to another model or context."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a file is to be: the segment without the facts that only the file has."""

    name: str
    start: int
    tokens: tuple[int, ...]
    parent: str | None


def seal(file: BinaryIO, label: Label, key: str) -> int:
    """Add tokens, footer and digest behind what the backend wrote. Returns the size of the file in bytes."""
    body_bytes = file.seek(0, os.SEEK_END)
    parent = _NO_PARENT if label.parent is None else bytes.fromhex(label.parent)
    ids = bytes.fromhex(key), bytes.fromhex(label.name), parent
    fields = _FIELDS.pack(_MAGIC, body_bytes, label.start, len(label.tokens), *ids)
    behind = token_bytes(label.tokens) + fields
    digest = _digest(file, body_bytes)
    digest.update(behind)
    file.seek(body_bytes)
    file.write(behind + digest.digest())
    file.flush()
    return file.tell()


def read_seal(file: BinaryIO, key: str, used_ns: int) -> Segment:
    """The segment in a file, by its footer alone. Raises: StateRefused, OSError."""
    size = file.seek(0, os.SEEK_END)
    if size < _FOOTER_BYTES:
        raise StateRefused("it is too short")
    file.seek(size - _FOOTER_BYTES)
    magic, body_bytes, start, count, of_key, name, parent = _FIELDS.unpack(_exactly(file, _FIELDS.size))
    if magic != _MAGIC:
        raise StateRefused("it has no seal")
    if of_key.hex() != key:
        raise StateRefused("it belongs to another model or context")
    if not 0 < count <= _MOST_TOKENS or size != body_bytes + count * _TOKEN_BYTES + _FOOTER_BYTES:
        raise StateRefused("its size is not the one it was sealed with")
    file.seek(body_bytes)
    tokens = tokens_of_bytes(_exactly(file, count * _TOKEN_BYTES))
    above = None if parent == _NO_PARENT else parent.hex()
    return Segment(name.hex(), start, tokens, above, size, used_ns)


def verify(file: BinaryIO) -> None:
    """Read all of a file and compare its digest. Raises: StateRefused, OSError."""
    size = file.seek(0, os.SEEK_END)
    digest = _digest(file, size - 32)
    if _exactly(file, 32) != digest.digest():
        raise StateRefused("its digest is wrong")


def _digest(file: BinaryIO, length: int) -> "hashlib._Hash":
    """SHA-256 of the first `length` bytes: of what Python has, the fastest where processors help with it."""
    digest = hashlib.sha256()
    file.seek(0)
    while length:
        chunk = _exactly(file, min(length, _CHUNK_BYTES))
        digest.update(chunk)
        length -= len(chunk)
    return digest


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise StateRefused("it ends too early")
    return data
