"""A saved run of tokens, and what it is called."""

import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

NAME_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """The KV cells of tokens [start, end) of a branch, kept in one file.

    name: made from all tokens of the branch up to `end`; the file is called so.
    parent: the segment that holds the tokens before `start`, at least up to there; None when `start` is 0.
    used_ns: when it was last of use, wall clock. Never earlier for a parent than for what hangs on it.
    """

    name: str
    start: int
    tokens: tuple[int, ...]
    parent: str | None
    size_bytes: int
    used_ns: int

    @property
    def end(self) -> int:
        """The position after its last token."""
        return self.start + len(self.tokens)


def branch_name(tokens: Iterable[int]) -> str:
    """The name of everything from the first token to the last of these."""
    return blake2b(token_bytes(tokens), digest_size=NAME_BYTES).hexdigest()


def token_bytes(tokens: Iterable[int]) -> bytes:
    """Token ids as they are stored: 32 bits each, little endian."""
    return _ordered(array("i", tokens)).tobytes()


def tokens_of_bytes(data: bytes) -> tuple[int, ...]:
    """What `token_bytes` wrote."""
    return tuple(_ordered(array("i", data)))


def _ordered(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
