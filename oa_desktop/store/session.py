"""One opening of the store: lock, database and aggregates, from open to close. Lives on the store thread."""

import logging
from dataclasses import replace

from oa_desktop.errors import StorageError
from oa_desktop.store.backup import roll_backups
from oa_desktop.store.connection import pragma
from oa_desktop.store.database import Opened, close_writer, open_reader, open_writer
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import DiskFull, translated
from oa_desktop.store.files import StoreFiles, is_writable
from oa_desktop.store.lock import InstanceLock
from oa_desktop.store.replacing import finish_replacing
from oa_desktop.store.store import Store

log = logging.getLogger(__name__)

IDLE_CHECKPOINT_BYTES = 4 * 1024 * 1024


class Session:
    """Every method runs on the same thread."""

    def __init__(self, files: StoreFiles, *, read_only: bool = False) -> None:
        """Open for writing, or for reading where asked or nothing else is possible.

        Raises: StorageError children; sqlite3.Error and OSError when the system fails underneath.
        """
        self.files = files
        self._lock: InstanceLock | None = None if read_only else _lock(files)
        try:
            self._opened = self._open_writer() if self._lock else open_reader(files)
        except BaseException:
            self._release()
            raise
        self._store = Store(self._opened.database)
        self._is_broken = False

    @property
    def store(self) -> Store:
        """The aggregates; after a failure of the disk only once the file was read and checked again."""
        if self._is_broken:
            self._reopen()
        return self._store

    @property
    def read_only(self) -> bool:
        """Whether writing is refused."""
        return self._opened.read_only

    @property
    def notices(self) -> tuple[StorageError, ...]:
        """What a person should know although the store opened."""
        return self._opened.notices

    def settle(self) -> None:
        """After a job failed: undo what it left half done."""
        if not self._is_broken:
            self._opened.database.rollback()

    def rest(self) -> None:
        """When nothing is waiting: bring a long journal into the database."""
        wal = self.files.wal
        if (
            not (self.read_only or self._is_broken)
            and wal.exists()
            and wal.stat().st_size > IDLE_CHECKPOINT_BYTES
        ):
            pragma(self._opened.database, "wal_checkpoint(TRUNCATE)")

    def distrust(self) -> None:
        """After the disk failed: what the connection believes may no longer be true, so it is given up."""
        self._is_broken = True
        self._opened.database.close()

    def roll_backups(self) -> None:
        """Today's backup, if there is none yet; a failure is logged, for the store itself is well."""
        if self.read_only or self._is_broken:
            return
        try:
            roll_backups(self._opened.database, self.files.backups)
        except (StorageError, OSError, sqlite3.Error):
            log.warning("today's backup could not be made", exc_info=True)

    def close(self) -> None:
        """Close in order. Nothing that was written depends on it."""
        try:
            if self.read_only or self._is_broken:
                self._opened.database.close()
            else:
                close_writer(self._opened.database)
        finally:
            self._release()

    def _open_writer(self) -> Opened:
        """For writing; for reading, with a notice, where the disk has no room to begin a session."""
        finish_replacing(self.files)
        try:
            return open_writer(self.files)
        except sqlite3.Error as error:
            told = translated(error, self.files.database)
            if not isinstance(told, DiskFull) or self.files.is_absent():
                raise
            opened = open_reader(self.files)
            return replace(opened, notices=(told, *opened.notices))

    def _reopen(self) -> None:
        opened = open_reader(self.files) if self.read_only else open_writer(self.files, goes_on=True)
        self._opened, self._store, self._is_broken = opened, Store(opened.database), False

    def _release(self) -> None:
        if self._lock:
            self._lock.release()


def _lock(files: StoreFiles) -> InstanceLock | None:
    """The instance lock; None where nothing can be written. Raises: StoreInUse."""
    try:
        files.database.parent.mkdir(parents=True, exist_ok=True)
        return InstanceLock(files.lock) if is_writable(files) else None
    except PermissionError:
        return None
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return None
        raise
