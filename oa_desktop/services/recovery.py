"""The ways out when the store cannot be opened: which there are, what each would bring, and taking one.

Nothing is ever deleted: what is replaced stays under another name. The functions block; `ways_out` and
`recover` do the same in a thread.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from oa_desktop.errors import OaError, StorageError
from oa_desktop.store.errors import StoreDamaged, StoreLost
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.outlook import Outlook, contents_of, look
from oa_desktop.store.recovery import require_sound, restore_backup, salvage, start_over
from oa_desktop.store.thinning import Backup


class WayKind(StrEnum):
    """What is done."""

    RESTORE = "restore"
    SALVAGE = "salvage"
    START_OVER = "start-over"


@dataclass(frozen=True, slots=True)
class Way:
    """One offer. title: for its button; sentence: what it brings.

    conversations, messages: what the store would hold. missing: messages known of that would not be in it;
    None when nobody can tell. backup: what would be restored.
    """

    kind: WayKind
    title: str
    sentence: str
    conversations: int = 0
    messages: int = 0
    missing: int | None = None
    backup: Backup | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. now, lost, kept: a sentence each. files: where the old ones are, the database first."""

    kind: WayKind
    now: str
    lost: str
    kept: str
    conversations: int
    messages: int
    missing: int | None
    files: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """In the order to be read."""
        return self.now, self.lost, self.kept


def trouble(path: Path) -> StorageError | None:
    """What keeps the store from being opened, found without changing it; None when nothing does."""
    try:
        require_sound(StoreFiles(path))
    except StorageError as error:
        return error
    return None


def find_ways(problem: OaError, path: Path) -> tuple[Way, ...]:
    """What can be done about a store that failed to open, the one that brings most messages first.

    Empty unless the store is damaged or lost: nothing else calls for putting another in its place.
    """
    if not isinstance(problem, StoreDamaged | StoreLost):
        return ()
    outlook = look(StoreFiles(path))
    found = [way for way in (_restore(outlook), _salvage(outlook)) if way]
    found.sort(key=lambda way: -way.messages)
    return (*found, _start_over(outlook))


def take(way: Way, path: Path) -> Report:
    """Do it. Raises: StorageError; the store is then as it was."""
    files = StoreFiles(path)
    match way.kind:
        case WayKind.RESTORE:
            assert way.backup is not None
            kept = restore_backup(files, way.backup)
        case WayKind.SALVAGE:
            kept = salvage(files).kept
        case WayKind.START_OVER:
            kept = start_over(files)
    found = contents_of(files)
    return Report(
        way.kind,
        f"The store holds {_amount(found.conversations, found.messages)} now.",
        _loss(way),
        _kept(kept),
        found.conversations,
        found.messages,
        way.missing,
        kept,
    )


async def ways_out(problem: OaError, path: Path) -> tuple[Way, ...]:
    """`find_ways` in a thread."""
    return await asyncio.to_thread(find_ways, problem, path)


async def recover(way: Way, path: Path) -> Report:
    """`take` in a thread. Cancelling the wait does not stop it."""
    return await asyncio.shield(asyncio.to_thread(take, way, path))


def _restore(outlook: Outlook) -> Way | None:
    backup, held = outlook.backup, outlook.backed_up
    if backup is None or held is None:
        return None
    missing = len(outlook.left.ids - held.ids) if outlook.left else None
    match missing:
        case None:
            rest = "what was written after it is not in it"
        case 0:
            rest = "the damaged file has nothing newer that can be read"
        case _:
            rest = f"the damaged file still has {_counted(missing, 'newer message')}"
    return Way(
        WayKind.RESTORE,
        f"Restore the backup of {_day(backup)}",
        f"It holds {_amount(held.conversations, held.messages)}; {rest}.",
        held.conversations,
        held.messages,
        missing,
        backup,
    )


def _salvage(outlook: Outlook) -> Way | None:
    left, lost = outlook.left, outlook.unreadable
    if left is None:
        return None
    if lost is None and outlook.backed_up:
        lost = len(outlook.backed_up.ids - left.ids)
        rest = f"{_counted(lost, 'message')} of the backup cannot"
    elif lost is None:
        rest = "it does not tell how many cannot"
    elif lost == 0:
        rest = "none seems to be missing"
    else:
        rest = f"{_counted(lost, 'message')} cannot"
    return Way(
        WayKind.SALVAGE,
        "Read out what is left",
        f"Of the damaged file, {_amount(left.conversations, left.messages)} can be read; {rest}.",
        left.conversations,
        left.messages,
        lost,
    )


def _start_over(outlook: Outlook) -> Way:
    return Way(
        WayKind.START_OVER,
        "Start with an empty store",
        "Earlier conversations are not in it; the old files and the backups stay.",
        missing=outlook.left.messages if outlook.left else None,
    )


def _loss(way: Way) -> str:
    if way.kind is WayKind.START_OVER:
        return "The earlier conversations are only in the old files and the backups."
    if way.missing == 0:
        return "No message that could be found is missing."
    if way.backup is None:
        if way.missing is None:
            return "The damaged file does not tell how many messages are missing."
        return f"{_counted(way.missing, 'message')} could not be read and {_be(way.missing)} missing."
    if way.missing is None:
        return f"What was written after {_day(way.backup)} is missing; nobody can tell how much."
    return f"{_counted(way.missing, 'newer message')} {_be(way.missing)} missing, but still in the old file."


def _kept(files: Sequence[Path]) -> str:
    if not files:
        return "There was no old file to keep."
    return f"The old file is kept as {files[0].name} in {files[0].parent}."


def _amount(conversations: int, messages: int) -> str:
    return f"{_counted(conversations, 'conversation')} with {_counted(messages, 'message')}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _day(backup: Backup) -> str:
    return f"{backup.taken.day} {backup.taken:%B %Y}"
