"""Fill a sequence from disk as far as that reaches beyond what the memory holds."""

import logging
import time
from collections.abc import Sequence
from typing import Final

from oa_desktop.engine.backend import Backend, StateError
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.resume.index import Found, Piece, SegmentIndex
from oa_desktop.engine.resume.seal import StateRefused
from oa_desktop.engine.tree import PrefixTree

WORTH_TOKENS: Final = 64
"""Less than this is read by the model, and is not worth a file."""

_log = logging.getLogger(__name__)


class Restorer:
    """scratch: a sequence of the backend that the tree does not know."""

    def __init__(
        self, backend: Backend, tree: PrefixTree, folder: StateFolder, index: SegmentIndex, scratch: int
    ) -> None:
        self._backend = backend
        self._tree = tree
        self._folder = folder
        self._index = index
        self._scratch = scratch
        self._restoring: set[int] = set()
        self.restored_tokens = 0
        self.refused = 0

    def acquire(self, tokens: Sequence[int]) -> int:
        """As `PrefixTree.acquire`. Where enough more is saved to be worth it, `restore_next` will find it."""
        found, held = self._index.find(tokens), self._tree.match(tokens)
        worth_it = found.length - held.length >= WORTH_TOKENS
        if worth_it and not self._tree.can_rewind and not held.live_cells:  # else they were counted as shared
            return self._replaced(tokens, found)
        sequence = self._tree.acquire(tokens)
        self._restoring.discard(sequence)
        if worth_it and self._tree.can_rewind:
            self._restoring.add(sequence)
            self._used(found)
        return sequence

    def restore_next(self, sequence: int, tokens: Sequence[int]) -> bool:
        """Lengthen a live sequence by one piece. Whether there is more; each takes a moment."""
        if sequence not in self._restoring:
            return False
        pieces = self._index.pieces(self._index.find(tokens), self._tree.length(sequence))
        if pieces and self._extend(sequence, pieces[0], tokens) and len(pieces) > 1:
            return True
        self._restoring.discard(sequence)
        return False

    def _extend(self, sequence: int, piece: Piece, tokens: Sequence[int]) -> bool:
        room = self._tree.cells - self._tree.live_cells
        if len(piece.segment.tokens) > room or not self._restore(piece, self._scratch):
            return False
        self._backend.seq_cp(self._scratch, sequence, piece.start, piece.end)
        self._backend.seq_rm(self._scratch, 0)
        self._book(sequence, tokens[piece.start : piece.end])
        return True

    def _replaced(self, tokens: Sequence[int], found: Found) -> int:
        """A memory that cannot be cut takes a whole branch or nothing."""
        sequence = self._tree.acquire(())
        (piece,) = self._index.pieces(found, 0)
        if piece.end <= self._tree.cells - self._tree.live_cells and self._restore(piece, sequence):
            self._book(sequence, tokens[: piece.end])
            self._used(found)
        else:
            self._tree.catch_up(sequence, tokens)
        return sequence

    def _restore(self, piece: Piece, sequence: int) -> bool:
        """Whether an empty `sequence` holds the segment now; a file that cannot be used is removed."""
        segment = piece.segment
        self._tree.make_room(len(segment.tokens))
        try:
            with self._folder.lent(segment.name) as path:
                self._backend.restore_sequence(sequence, path)
            if self._backend.sequence_length(sequence) != segment.end:
                raise StateRefused("it holds other positions than it says")
        except (StateRefused, StateError, OSError) as error:
            self._backend.seq_rm(sequence, 0)
            self._forget(segment.name, error)
            return False
        return True

    def _forget(self, name: str, error: Exception) -> None:
        gone = self._index.discard(name)
        if isinstance(error, FileNotFoundError):
            return  # another engine or the app removed it
        _log.warning("a saved state is not used and was removed: %s", error)
        self.refused += 1
        for segment in gone:
            self._folder.remove(segment.name)

    def _book(self, sequence: int, tokens: Sequence[int]) -> None:
        self._tree.advance(sequence, tokens)
        self.restored_tokens += len(tokens)

    def _used(self, found: Found) -> None:
        if found.segment is not None and found.segment.name in self._index:
            for segment in self._index.use(found.segment.name, time.time_ns()):
                self._folder.touch(segment)
