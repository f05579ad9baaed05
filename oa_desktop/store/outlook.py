"""What a damaged store and its newest backup still hold, found out without changing either."""

from dataclasses import dataclass

from sqlite_utils import Database

from oa_desktop.errors import StorageError
from oa_desktop.store.connection import connect
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import NoSoundBackup
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.recovery import newest_sound_backup
from oa_desktop.store.salvage_file import open_damaged, sketch_of, until_damage
from oa_desktop.store.thinning import Backup


@dataclass(frozen=True, slots=True)
class Contents:
    """What a person would find: deleted messages and conversations are left out.

    ids: of the messages. rows: all rows of messages that can be read, deleted ones too.
    """

    conversations: int
    ids: frozenset[str]
    rows: int

    @property
    def messages(self) -> int:
        """How many."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Outlook:
    """backup: the newest sound one, if any, and what is in it.

    left: what can be read of the store itself; None when that is nothing. unreadable: messages the store says
    it has and that cannot be read; None when it does not say.
    """

    backup: Backup | None
    backed_up: Contents | None
    left: Contents | None
    unreadable: int | None


def look(files: StoreFiles) -> Outlook:
    """Read both. Takes as long as reading all messages does."""
    try:
        backup: Backup | None = newest_sound_backup(files)
    except NoSoundBackup:
        backup = None
    left, unreadable = _left(files)
    return Outlook(backup, _backed_up(backup), left, unreadable)


def contents_of(files: StoreFiles) -> Contents:
    """What a sound store holds that nobody has open."""
    database = connect(files.database, mode="ro")
    try:
        return _contents(database)
    finally:
        database.close()


def _backed_up(backup: Backup | None) -> Contents | None:
    return contents_of(StoreFiles(backup.path)) if backup else None


def _left(files: StoreFiles) -> tuple[Contents | None, int | None]:
    if files.is_absent():
        return None, None
    try:
        source = open_damaged(files.database)
    except (StorageError, sqlite3.Error):
        return None, None
    try:
        sketch = sketch_of(source)
        try:
            found = _contents(sketch)
        finally:
            sketch.close()
        counted = [row[0] for row in until_damage(source, "SELECT count(*) FROM message")]
    finally:
        source.close()
    return found if found.ids else None, max(counted[0] - found.rows, 0) if counted else None


def _contents(database: Database) -> Contents:
    families = {
        tree: (family, deleted)
        for tree, family, deleted in database.conn.execute(
            "SELECT tree_id, family, deleted_at FROM conversation"
        )
    }
    ids: set[str] = set()
    seen: set[str] = set()
    rows = 0
    for message, tree, deleted in database.conn.execute("SELECT id, tree_id, deleted_at FROM message"):
        rows += 1
        family, tree_deleted = families.get(tree, (tree, None))
        if deleted is None and tree_deleted is None:
            ids.add(message)
            seen.add(family)
    return Contents(len(seen), frozenset(ids), rows)
