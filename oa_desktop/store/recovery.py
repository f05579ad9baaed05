"""What can be done about a store that cannot be opened: restore a backup, read out what is left, start over.

Nothing here deletes: what is replaced is set aside under another name. The store is closed meanwhile.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.store import checks, meta
from oa_desktop.store.backup import is_sound, list_backups
from oa_desktop.store.connection import connect
from oa_desktop.store.database import latest_schema, open_reader
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import (
    DiskFull,
    NoSoundBackup,
    StoreDamaged,
    StoreFailed,
    StoreOutdated,
    StoreReadOnly,
    translated,
)
from oa_desktop.store.files import StoreFiles, flush_to_disk
from oa_desktop.store.lock import InstanceLock
from oa_desktop.store.replacing import finish_replacing, replace_store
from oa_desktop.store.salvage_file import copy_readable, make_empty
from oa_desktop.store.thinning import Backup

_BESIDE = ("", "-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Recovered:
    """rows: what the store has now, by table. lost: what of the old file could not be read, where known.

    kept: where the old files are, the database first.
    """

    rows: dict[str, int]
    lost: dict[str, int]
    kept: tuple[Path, ...] = ()


def require_sound(files: StoreFiles) -> None:
    """Look at the store as an opening would, without changing it.

    Raises: the StorageError that keeps it from being opened.
    """
    with _told_plainly(files.database):
        try:
            database = open_reader(files).database
        except StoreOutdated:
            database = connect(files.database, mode="ro")
        try:
            if fault := checks.damage(database, thorough=meta.is_due_for_check(database)):
                raise StoreDamaged(files.database, fault)
        finally:
            database.close()


def newest_sound_backup(files: StoreFiles) -> Backup:
    """The newest that is whole and of a version we can open. Raises: NoSoundBackup."""
    latest = latest_schema()
    for backup in list_backups(files.backups):
        if is_sound(backup.path, thorough=True) and _schema_of(backup.path) <= latest:
            return backup
    raise NoSoundBackup(files.backups)


def restore_backup(files: StoreFiles, backup: Backup) -> tuple[Path, ...]:
    """Put a backup in the place of the store. Returns where the old files are.

    Raises: StoreInUse while it is open, NoSoundBackup when this backup is damaged, other StorageErrors when
    the system fails.
    """
    with _closed(files) as temporary:
        shutil.copyfile(backup.path, temporary)
        if not is_sound(temporary):
            raise NoSoundBackup(backup.path)
        return _put_in_place(files, temporary)


def salvage(files: StoreFiles) -> Recovered:
    """Read every readable row of a damaged store into a new one that takes its place.

    Raises: StoreInUse while it is open, StoreDamaged when nothing can be read, other StorageErrors when the
    system fails.
    """
    with _closed(files) as temporary:
        rows, lost = copy_readable(files.database, temporary)
        return Recovered(rows, lost, _put_in_place(files, temporary))


def start_over(files: StoreFiles) -> tuple[Path, ...]:
    """Put an empty store in the place of this one. Returns where the old files are.

    Raises: StoreInUse while it is open, other StorageErrors when the system fails.
    """
    with _closed(files) as temporary:
        make_empty(temporary)
        return _put_in_place(files, temporary)


def _put_in_place(files: StoreFiles, temporary: Path) -> tuple[Path, ...]:
    flush_to_disk(temporary)
    return replace_store(files, temporary)


@contextmanager
def _closed(files: StoreFiles) -> Iterator[Path]:
    """Nobody else opens the store meanwhile. Yields a name for the new database; nothing is there yet."""
    with _told_plainly(files.database):
        lock = InstanceLock(files.lock)
        try:
            finish_replacing(files)
            temporary = files.renamed(files.database, "recovering")
            _remove_half(temporary)
            try:
                yield temporary
            finally:
                _remove_half(temporary)
        finally:
            lock.release()


def _remove_half(temporary: Path) -> None:
    for suffix in _BESIDE:
        temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """What SQLite and the system raise, as a StorageError."""
    try:
        yield
    except sqlite3.Error as error:
        told = translated(error, path)
        if told is None:
            raise
        raise told from error
    except OSError as error:
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                raise DiskFull(str(error)) from error
            case errno.EACCES | errno.EPERM | errno.EROFS:
                raise StoreReadOnly(str(error)) from error
            case _:
                raise StoreFailed(str(error)) from error


def _schema_of(path: Path) -> int:
    database = connect(path, mode="ro")
    try:
        return checks.identify(database).schema
    finally:
        database.close()
