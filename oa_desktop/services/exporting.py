"""Export conversations to one file: oasst trees, oasst messages, or a document to read."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.errors import ExchangeError
from oa_desktop.oasst import OasstTree, Written, replacing, write_messages, write_trees
from oa_desktop.services.cancelling import Cancel, in_thread
from oa_desktop.services.markdown_export import markdown_pieces
from oa_desktop.services.outgoing import Disclosure, StoredTree, outgoing_tree
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

_TREES_AT_ONCE = 32

Progress = Callable[[int], None]
"""Told how many messages have been written, from another thread."""


class ExportFormat(StrEnum):
    """How the file is written."""

    OASST = "oasst"
    """One tree a line, as published."""
    OASST_MESSAGES = "oasst-messages"
    """One message a line."""
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which conversations. langs: of the first prompt; states: as the format names them. Empty means any."""

    langs: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    ranked_only: bool = False
    min_messages: int = 1

    def takes(self, tree: OasstTree) -> bool:
        """Whether this tree is wanted."""
        return (
            len(tree.nodes) >= self.min_messages
            and (not self.langs or tree.prompt.lang in self.langs)
            and (not self.states or tree.tree_state in self.states)
            and (not self.ranked_only or any(node.rank is not None for node in tree.nodes))
        )


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What is in the file. left_out: messages of the exported conversations by reason, such as "deleted"."""

    path: Path
    format: ExportFormat
    trees: int
    messages: int
    size_bytes: int
    left_out: dict[str, int] = field(default_factory=dict)


async def export_file(
    worker: StoreWorker,
    path: Path,
    format: ExportFormat | str = ExportFormat.OASST,
    *,
    tree_ids: Sequence[TreeId] | None = None,
    chosen: ExportFilter | None = None,
    disclosure: Disclosure | None = None,
    cancel: threading.Event | None = None,
    on_progress: Progress = lambda _: None,
) -> ExportReport:
    """Write the file whole, or leave no file and an existing one as it was. Compressed when it ends in .gz.

    tree_ids: these conversations in this order; None = all that are not deleted, oldest activity first.
    disclosure: what may leave; nothing deleted and no name of the person unless it says so.
    cancel: may be set from any thread; cancelling the task does the same.
    Raises: ExchangeError naming the path or saying that nothing matches, NotInStore, StorageError.
    """
    asked = Cancel(cancel)
    exporting = _Exporting(
        worker, ExportFormat(format), chosen or ExportFilter(), disclosure or Disclosure(), asked, on_progress
    )
    return await in_thread(lambda: exporting.run(path, tree_ids), asked)


class _Exporting:
    """Runs on a thread of its own and fetches from the store a few conversations at a time."""

    def __init__(
        self,
        worker: StoreWorker,
        format: ExportFormat,
        chosen: ExportFilter,
        disclosure: Disclosure,
        cancel: Cancel,
        on_progress: Progress,
    ) -> None:
        self._worker = worker
        self._format = format
        self._filter = chosen
        self._disclosure = disclosure
        self._cancel = cancel
        self._on_progress = on_progress
        self._left_out: Counter[str] = Counter()

    def run(self, path: Path, tree_ids: Sequence[TreeId] | None) -> ExportReport:
        if tree_ids is None:
            wanted = self._worker.submit(lambda store: store.conversations.tree_ids()).result()
            matching = self._matching(wanted, must_exist=False)
        else:
            matching = self._matching(tree_ids, must_exist=True)
        match self._format:
            case ExportFormat.OASST:
                written = write_trees(path, (tree for _, tree in matching))
            case ExportFormat.OASST_MESSAGES:
                written = write_messages(path, (tree for _, tree in matching))
            case ExportFormat.MARKDOWN:
                written = _write_markdown(path, matching)
        return ExportReport(
            path, self._format, written.trees, written.messages, written.size_bytes, dict(self._left_out)
        )

    def _matching(
        self, tree_ids: Sequence[TreeId], *, must_exist: bool
    ) -> Iterator[tuple[StoredTree, OasstTree]]:
        messages = 0
        for start in range(0, len(tree_ids), _TREES_AT_ONCE):
            some = tree_ids[start : start + _TREES_AT_ONCE]
            for stored in self._fetched(some, must_exist=must_exist):
                self._cancel.check()
                outgoing = outgoing_tree(stored, self._disclosure)
                if outgoing.tree is not None and self._filter.takes(outgoing.tree):
                    self._left_out += outgoing.left_out
                    messages += len(outgoing.tree.nodes)
                    yield stored, outgoing.tree
                    self._on_progress(messages)
        if not messages:
            raise ExchangeError("nothing-to-export", "No conversation matches, so no file was written.")

    def _fetched(self, tree_ids: Sequence[TreeId], *, must_exist: bool) -> list[StoredTree]:
        def fetch(store: Store) -> list[StoredTree]:
            found: list[StoredTree] = []
            for tree_id in tree_ids:
                try:
                    found.append(_stored_tree(store, tree_id))
                except NotInStore:
                    if must_exist:
                        raise
            return found

        return self._worker.submit(fetch).result()


def _stored_tree(store: Store, tree_id: TreeId) -> StoredTree:
    loaded = store.messages.load(tree_id)
    return StoredTree(
        store.conversations.get(tree_id),
        loaded.tree,
        store.feedback.of_tree(tree_id),
        store.imports.of_tree(tree_id),
        frozenset(MessageId(fault.message_id) for fault in loaded.faults),
    )


def _write_markdown(path: Path, matching: Iterator[tuple[StoredTree, OasstTree]]) -> Written:
    trees = messages = 0
    with replacing(path) as sink:
        for stored, tree in matching:
            for piece in markdown_pieces(tree, stored.conversation.title, stored.conversation.active_leaf):
                sink.write(piece.encode())
            trees += 1
            messages += len(tree.nodes)
    return Written(trees, messages, path.stat().st_size)
