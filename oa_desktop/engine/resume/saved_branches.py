"""The branches on disk, as the scheduler and the loop see them."""

from collections.abc import Sequence
from typing import Final

from oa_desktop.engine.backend import Backend
from oa_desktop.engine.resume.counts import SavedCounts
from oa_desktop.engine.resume.folder import StateFolder
from oa_desktop.engine.resume.index import SegmentIndex
from oa_desktop.engine.resume.restoring import Restorer
from oa_desktop.engine.resume.saving import Saver
from oa_desktop.engine.resume.segment import Segment
from oa_desktop.engine.tree import PrefixTree

QUIET_S: Final = 1.0
"""How long nothing must happen before something is saved."""
_POLL_S: Final = 0.02


class SavedBranches:
    """Belongs to the thread of the scheduler.

    scratch: a sequence of the backend that `tree` does not use.
    """

    def __init__(self, backend: Backend, tree: PrefixTree, folder: StateFolder, scratch: int) -> None:
        self._index = SegmentIndex(whole=not tree.can_rewind)
        self._folder = folder
        self._restorer = Restorer(backend, tree, folder, self._index, scratch)
        self._saver = Saver(backend, tree, folder, self._index, scratch)
        self.wait_s: float | None = None
        """Call `save_next` after so long without work; None: there is no need."""
        folder.remove_orphans(self._look())
        self._saver.evict()

    def acquire(self, tokens: Sequence[int]) -> int:
        """As `PrefixTree.acquire`; `restore_next` follows where the disk holds enough more."""
        self._look()
        return self._restorer.acquire(tokens)

    def restore_next(self, sequence: int, tokens: Sequence[int]) -> bool:
        """Take the next piece of `tokens` from disk into a live sequence. Whether there is more."""
        return self._restorer.restore_next(sequence, tokens)

    def stir(self) -> None:
        """There was work: wait for a while before saving what it left."""
        self.wait_s = QUIET_S

    def save_next(self) -> None:
        """Go one step on with saving."""
        self.wait_s = _POLL_S if self._saver.save_next() else None

    def close(self, within_s: float) -> None:
        """Save what is not saved yet, as far as there is time."""
        self._saver.save_all(within_s)

    def counts(self) -> SavedCounts:
        """The numbers now."""
        return SavedCounts(
            self._restorer.restored_tokens,
            self._restorer.refused,
            self._index.branches,
            self._index.size_bytes,
        )

    def _look(self) -> list[Segment]:
        """Take in what another engine saved, or one before. Returns those that hang on nothing."""
        return [segment for segment in self._folder.news(self._index) if not self._index.add(segment)]
