"""Import a file of the oasst format: all of it in one transaction, or nothing, and a report of it."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from oa_desktop.conversation.message import Message, MessageId, TreeId
from oa_desktop.errors import ExchangeError
from oa_desktop.oasst import Limits, OasstTree, Rejected, Survey, read_trees, survey
from oa_desktop.services.cancelling import Cancel, in_thread, on_store
from oa_desktop.services.incoming import Renamed, conversation_of, incoming_tree
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

Progress = Callable[[int], None]
"""Told how many messages have been read, from another thread."""


@dataclass(slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would do.

    trees: new conversations. extended: known ones that got new messages. messages: stored now.
    skipped: messages that were there already, or came twice in the file.
    renamed: messages whose id was taken by another one. replaced_characters: that no UTF-8 file can hold.
    rejected: lines that were left out. ignored_keys: keys of the file that the format does not have.
    tree_ids: conversations that are new or extended. in_bin: known ones that are marked as deleted here.
    """

    path: Path
    dry_run: bool = False
    trees: int = 0
    extended: int = 0
    messages: int = 0
    skipped: int = 0
    renamed: list[Renamed] = field(default_factory=list)
    replaced_characters: int = 0
    rejected: tuple[Rejected, ...] = ()
    ignored_keys: tuple[str, ...] = ()
    tree_ids: list[TreeId] = field(default_factory=list)
    in_bin: list[TreeId] = field(default_factory=list)


class ImportRejected(ExchangeError):
    """The file has lines that cannot be used, so nothing was imported."""

    def __init__(self, path: Path, found: Survey) -> None:
        first, *others = found.rejected
        more = f" (and {len(others)} more faults)" if others else ""
        hint = f"{found.trees} complete conversations can be imported without the faulty lines."
        super().__init__(
            "import-rejected",
            f"{path.name} was not imported: {first}{more}.",
            detail="\n".join(str(rejected) for rejected in found.rejected[:100]),
            hint=hint if found.trees else "",
        )
        self.rejected = tuple(found.rejected)
        self.complete_trees = found.trees


async def import_file(
    worker: StoreWorker,
    path: Path,
    *,
    dry_run: bool = False,
    skip_bad_lines: bool = False,
    cancel: threading.Event | None = None,
    on_progress: Progress = lambda _: None,
) -> ImportReport:
    """Take a `.jsonl` or `.jsonl.gz` file into the store. Doing it twice changes nothing the second time.

    dry_run: do everything, the refusing too, and take it back.
    skip_bad_lines: take the complete trees and leave out what cannot be used.
    cancel: may be set from any thread; cancelling the task does the same. Nothing is changed then.
    Raises: ImportRejected, ExchangeError, StorageError.
    """
    asked = Cancel(cancel)
    limits = Limits(total_bytes=shutil.disk_usage(worker.path.parent).free // 4)
    found = await in_thread(lambda: survey(path, limits, asked.check), asked)
    if found.rejected and not (skip_bad_lines and found.trees):
        raise ImportRejected(path, found)
    if not found.rejected and not found.trees:
        raise ExchangeError("nothing-to-import", f"{path.name} holds no conversations.")
    taking = _Taking(path, found, limits, asked, on_progress, dry_run=dry_run)
    return await on_store(worker, taking.run, asked)


class _Undo(Exception):
    pass


class _Taking:
    """The part that runs on the store's thread."""

    def __init__(
        self,
        path: Path,
        found: Survey,
        limits: Limits,
        cancel: Cancel,
        on_progress: Progress,
        *,
        dry_run: bool,
    ) -> None:
        self._found = found
        self._limits = limits
        self._cancel = cancel
        self._on_progress = on_progress
        self._now = datetime.now(UTC)
        self._report = ImportReport(
            path,
            dry_run,
            skipped=found.repeated,
            rejected=tuple(found.rejected),
            ignored_keys=tuple(sorted(found.ignored_keys)),
        )

    def run(self, store: Store) -> ImportReport:
        """All trees in one transaction. Raises: ExchangeError when the file is not what was surveyed."""
        report = self._report
        try:
            with store.bulk():
                trees = 0
                for record in read_trees(report.path, self._found, self._limits):
                    self._cancel.check()
                    self._take(store, record.tree)
                    trees += 1
                    self._on_progress(report.messages + report.skipped)
                if trees != self._found.trees:
                    raise ExchangeError("file-changed", f"{report.path.name} changed while it was read.")
                if report.dry_run:
                    raise _Undo
        except _Undo:
            pass
        return report

    def _take(self, store: Store, tree: OasstTree) -> None:
        def look_up(message_id: MessageId) -> Message | None:
            try:
                return store.messages.get(message_id)
            except NotInStore:
                return None

        report = self._report
        new = incoming_tree(tree, look_up, self._now)
        report.skipped += new.known
        if not new.is_new and store.conversations.get(new.tree_id).deleted:
            report.in_bin.append(new.tree_id)
        if not new.messages:
            return
        if new.is_new:
            store.add_tree(conversation_of(tree, new), new.messages, new.imported)
            report.trees += 1
        else:
            store.messages.add(new.messages)
            store.imports.save_all(new.imported)
            report.extended += 1
        report.messages += len(new.messages)
        report.renamed += new.renamed
        report.replaced_characters += new.replaced_characters
        report.tree_ids.append(new.tree_id)
