"""What can go wrong with the store, each as one sentence, and the translation of what SQLite raises."""

import shutil
from pathlib import Path

from oa_desktop.errors import OaError, StorageError, UsageError
from oa_desktop.store.driver import sqlite3


class NotInStore(UsageError):
    """A conversation or message was asked for that is not there."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__("not-in-store", f"There is no {kind} {key} in the store.")


class StoreInUse(StorageError):
    """Another instance of the app holds the store."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "store-in-use",
            "OpenAssistant Desktop is already open with these conversations.",
            detail=str(path),
            hint="Use the open window, or close it first.",
        )


class StoreBusy(StorageError):
    """Another program keeps the database locked. Nothing was written; the same write can be tried again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "store-busy",
            "Another program is using the conversations file, so this could not be saved yet.",
            detail=detail,
            hint="Close that program and try again.",
        )


class DiskFull(StorageError):
    """No room. Nothing of the failed write was kept; earlier writes are."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "disk-full",
            "The disk is full, so this could not be saved.",
            detail=detail,
            hint="Free some space and try again; everything saved before is safe.",
        )


class StoreReadOnly(StorageError):
    """The store was opened for reading, or its place does not allow writing."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "store-read-only",
            "The conversations are open for reading only, so this could not be saved.",
            detail=detail,
            hint="Allow writing to their folder, close other windows, and start again.",
        )


class StoreDamaged(StorageError):
    """The database file is damaged or is no database. `copy` is where it was set aside, if it was."""

    def __init__(self, path: Path | None, detail: str = "", copy: Path | None = None) -> None:
        kept = f" A copy was kept as {copy.name}." if copy else ""
        super().__init__(
            "store-damaged",
            f"The conversations file {path.name if path else ''} is damaged.{kept}".replace("  ", " "),
            detail=detail,
            hint="Restore the newest backup.",
        )
        self.copy = copy


class StoreLost(StorageError):
    """There was a store here, and now the file is gone or empty. A new one is never started over it."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(
            "store-lost",
            f"The conversations file {path.name} is missing or empty, although there was one.",
            detail=detail,
            hint="Put the file back or restore the newest backup.",
        )


class StoreNewer(StorageError):
    """The database was written by a newer version of the app; it was not touched."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            "store-newer",
            f"The conversations file {path.name} was made by a newer version of OpenAssistant Desktop.",
            detail=f"schema {found}, this version knows {known}",
            hint="Update the app; the file was not changed.",
        )


class StoreOutdated(StorageError):
    """The database needs a migration and cannot be written."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            "store-outdated",
            f"The conversations file {path.name} was made by an older version and its folder is read-only.",
            detail=f"schema {found}, this version needs {known}",
            hint="Allow writing to the folder and start again.",
        )


class StoreForeign(StorageError):
    """The file is a database of another program; it was not touched."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(
            "store-foreign",
            f"The file {path.name} is a database of another program.",
            detail=detail,
            hint="Choose another folder for the conversations; the file was not changed.",
        )


class StoreFailed(StorageError):
    """The disk or the system refused to read or write the file."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "store-failed",
            "The conversations file could not be read or written.",
            detail=detail,
            hint="Check the free space, any quota, and the disk; then try again.",
        )


class BackupFailed(StorageError):
    """A backup is not equal to what it was taken from; it was thrown away."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            "backup-failed",
            f"The backup {path.name} could not be made.",
            detail=detail,
            hint="Check the free space and the disk.",
        )


class NoSoundBackup(StorageError):
    """There is no backup, or the one that was asked for is damaged."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "no-sound-backup",
            f"There is no backup in {path.name} that can be restored.",
            detail=str(path),
            hint="Read out what is left of the conversations file instead.",
        )


class JournalUnread(StorageError):
    """A notice: the store opened for reading without the transactions that are still in its journal."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "store-journal-unread",
            "The newest messages cannot be shown, because their folder is read-only or full.",
            detail=str(path),
            hint="Make room or allow writing to the folder, then start again; nothing is lost.",
        )


class OlderCopy(StorageError):
    """A notice: the database is an older copy of what was here, or another store altogether."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "store-older-copy",
            f"The conversations file {path.name} is not the one that was open last; messages may be missing.",
            detail=str(path),
            hint="If you did not replace it yourself, look into the backups.",
        )


class JournalFallback(StorageError):
    """A notice: this file system cannot share memory between programs, so a slower journal is used."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "store-journal-fallback",
            "The folder of the conversations is on a disk that makes saving slower.",
            detail=str(path),
            hint="A folder on a local disk is better.",
        )


_IOERR_WRITE = 10 | 3 << 8
"""What a full quota or a file size limit raises for SQLITE_FULL; pysqlite3 tells only the low byte."""

_ROOM_BYTES = 256 * 1024


def is_io_error(error: sqlite3.Error) -> bool:
    """Whether the disk failed under SQLite, so that what the connection believes may no longer be true."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR


def translated(error: sqlite3.Error, path: Path | None = None) -> OaError | None:
    """The storage error a person may see; None for a fault of ours (wrong SQL, broken constraint)."""
    code = getattr(error, "sqlite_errorcode", None)
    detail = f"{getattr(error, 'sqlite_errorname', type(error).__name__)}: {error}"
    if code is None:
        return None
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFull(detail)
        case sqlite3.SQLITE_IOERR if code == _IOERR_WRITE or _has_no_room(path):
            return DiskFull(detail)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(detail)
        case sqlite3.SQLITE_READONLY:
            return StoreReadOnly(detail)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreDamaged(path, detail)
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return StoreFailed(detail)
        case _:
            return None


def _has_no_room(path: Path | None) -> bool:
    """Whether the disk is so full that SQLite could not even share memory between its connections."""
    return path is not None and shutil.disk_usage(path.parent).free < _ROOM_BYTES
