"""The cells of the backend without a model: counted as in a unified KV cache, and strict about holes.

A cell remembers its token and a digest of everything up to it, so a wrong share, cut or eviction shows.
"""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from struct import Struct

from oa_desktop.engine.backend import StateError

_STATE = Struct("<II")
"""Of a saved sequence: where it begins, and how many cells follow."""
_SAVED_CELL = Struct("<I8s")


@dataclass(slots=True)
class Cell:
    """holders: the sequences that share it."""

    token: int
    digest: bytes
    holders: int


def digest_of(before: bytes, token: int) -> bytes:
    """Of everything up to `token`; before: the digest without it."""
    return blake2b(before + token.to_bytes(4, "little"), digest_size=8).digest()


class FakeMemory:
    """Sequences of cells; a shared cell counts once."""

    def __init__(self, *, cells: int, max_sequences: int, can_rewind: bool) -> None:
        self.cells = cells
        self.max_sequences = max_sequences
        self.can_rewind = can_rewind
        self._sequences: dict[int, list[Cell | None]] = {}
        self._used = 0

    @property
    def used_cells(self) -> int:
        return self._used

    def append(self, sequence: int, position: int, token: int) -> Cell:
        """One more cell at the end of a sequence."""
        held = self._held(sequence)
        if position != len(held):
            raise RuntimeError(f"sequence {sequence} goes on at {len(held)}, not at {position}")
        before = held[-1] if held else None
        if None in held:
            raise RuntimeError(f"sequence {sequence} has a hole")
        cell = Cell(token, digest_of(before.digest if before else b"", token), 1)
        held.append(cell)
        self._used += 1
        return cell

    def _held(self, sequence: int) -> list[Cell | None]:
        if not 0 <= sequence < self.max_sequences:
            raise RuntimeError(f"sequence {sequence} of {self.max_sequences}")
        return self._sequences.setdefault(sequence, [])

    def seq_cp(self, source: int, target: int, start: int, end: int) -> None:
        shared, held = self._held(source)[start:end], self._held(target)
        if len(shared) != end - start:
            raise RuntimeError(f"sequence {source} ends before {end}")
        if not self.can_rewind and (start != 0 or end != len(self._held(source))):
            raise RuntimeError("only a whole sequence can be copied")
        if not held:
            held += [None] * start
        if len(held) < start or any(cell is not None for cell in held[start:end]):
            raise RuntimeError(f"sequence {target} is not free at {start} to {end}")
        held[start:end] = shared
        for cell in shared:
            if cell is not None:
                cell.holders += 1

    def seq_rm(self, sequence: int, start: int, end: int | None = None) -> None:
        held = self._held(sequence)
        if not self.can_rewind and (start != 0 or end is not None) and start < len(held):
            raise RuntimeError("only a whole sequence can be taken away")
        for cell in held[start:end]:
            if cell is not None:
                cell.holders -= 1
                self._used -= cell.holders == 0
        held[start:end] = [] if end is None or end >= len(held) else [None] * (end - start)

    def sequence_length(self, sequence: int) -> int:
        return len(self._held(sequence))

    def save_sequence(self, sequence: int, path: Path) -> None:
        held = self._held(sequence)
        cells = [cell for cell in held if cell is not None]
        if not cells or (len(cells) < len(held) and not self.can_rewind):
            raise StateError("there is nothing to save")
        state = bytearray(_STATE.pack(len(held) - len(cells), len(cells)))
        for cell in cells:
            state += _SAVED_CELL.pack(cell.token, cell.digest)
        path.write_bytes(state)

    def restore_sequence(self, sequence: int, path: Path) -> None:
        state, held = path.read_bytes(), self._held(sequence)
        start, count = _STATE.unpack_from(state)
        if held:
            raise RuntimeError(f"sequence {sequence} is not empty")
        if count > self.cells - self._used:
            raise StateError(f"{count} cells, {self.cells - self._used} are free")
        cells = (_SAVED_CELL.unpack_from(state, _STATE.size + i * _SAVED_CELL.size) for i in range(count))
        held += [None] * start
        held += [Cell(token, digest, 1) for token, digest in cells]
        self._used += count
