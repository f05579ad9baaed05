"""Open the database of a store: whole, ours, of this version; or say in one sentence why not.

Nothing is created over a store that was there, and a file that is refused is not changed.
"""

import logging
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

from oa_desktop import __version__
from oa_desktop.errors import StorageError
from oa_desktop.store import checks, meta, quarantine
from oa_desktop.store.backup import take_backup
from oa_desktop.store.connection import connect, pragma, prepare_writer, transaction
from oa_desktop.store.driver import UNREADABLE, sqlite3
from oa_desktop.store.errors import (
    JournalFallback,
    JournalUnread,
    OlderCopy,
    StoreDamaged,
    StoreForeign,
    StoreLost,
    StoreNewer,
    StoreOutdated,
)
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.messages import Messages
from oa_desktop.store.migrations import MIGRATIONS
from oa_desktop.store.search import index_is_sound, rebuild_index
from oa_desktop.store.stamp import Stamp, read_stamp, write_stamp

log = logging.getLogger(__name__)

_NO_PLACE_BESIDE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database. notices: what a person should know although it opened."""

    database: Database
    read_only: bool
    notices: tuple[StorageError, ...] = ()


def latest_schema(migrations: Migrations = MIGRATIONS) -> int:
    """The schema version this app writes: the number of migrations."""
    return len(migrations.pending(Database(sqlite3.connect(":memory:"), execute_plugins=False)))


def open_writer(files: StoreFiles, migrations: Migrations = MIGRATIONS, *, goes_on: bool = False) -> Opened:
    """Open for writing; the caller holds the instance lock.

    goes_on: the same session opens again after the disk failed; what is streaming still is.

    Raises: StorageError children; sqlite3.Error when the system fails underneath.
    """
    stamp = read_stamp(files.stamp)
    is_new = _is_new(files, stamp, latest_schema(migrations))
    database = connect(files.database, mode="rwc" if is_new else "rw")
    try:
        notices: list[StorageError] = []
        if prepare_writer(database) != "wal":
            notices.append(JournalFallback(files.database))
        _migrate(database, files, migrations, is_new=is_new)
        if meta.is_due_for_check(database):
            _check_thoroughly(database, files)
        elif checks.index_is_damaged(database):
            _rebuild_index(database, files)
        if stamp and _is_older(meta.stamp_of(database), stamp):
            notices.append(OlderCopy(files.database))
        if not goes_on:
            Messages(database).interrupt_streaming()
        write_stamp(files.stamp, meta.begin_session(database, __version__))
    except BaseException:
        database.close()
        raise
    return Opened(database, read_only=False, notices=tuple(notices))


def close_writer(database: Database) -> None:
    """Note the orderly end, bring everything into the one file, and close."""
    try:
        meta.end_session(database)
        pragma(database, "wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


def open_reader(files: StoreFiles, migrations: Migrations = MIGRATIONS) -> Opened:
    """Open without changing a byte; a store that was never made reads as an empty one."""
    if files.is_absent():
        if read_stamp(files.stamp):
            raise StoreLost(files.database)
        return Opened(_empty(migrations), read_only=True)
    latest = latest_schema(migrations)
    database, notices = _readable(files)
    try:
        identity = _require_ours(files, database, latest, may_be_blank=read_stamp(files.stamp) is None)
        if identity.schema < latest and not identity.is_empty:
            raise StoreOutdated(files.database, identity.schema, latest)
    except BaseException:
        database.close()
        raise
    if identity.is_empty:  # its first start did not come to an end
        database.close()
        return Opened(_empty(migrations), read_only=True)
    return Opened(database, read_only=True, notices=notices)


def _is_new(files: StoreFiles, stamp: Stamp | None, latest: int) -> bool:
    """Whether there is no store yet. Raises what makes an existing one unfit to be opened."""
    if files.is_absent():
        if stamp or (files.wal.exists() and files.wal.stat().st_size > 0):
            raise StoreLost(files.database)
        return True
    with files.database.open("rb") as file:
        if file.read(len(checks.MAGIC)) != checks.MAGIC:
            raise StoreDamaged(files.database, "not a database", quarantine.keep_copy(files))
    database = connect(files.database, mode="ro")
    try:
        identity = _require_ours(files, database, latest, may_be_blank=stamp is None)
        if fault := checks.damage(database):
            raise StoreDamaged(files.database, fault, quarantine.keep_copy(files))
        if stamp and not identity.is_empty and _is_older(meta.stamp_of(database), stamp):
            _keep_before_the_journal(files)
    finally:
        database.close()
    return identity.is_empty


def _require_ours(
    files: StoreFiles, database: Database, latest: int, *, may_be_blank: bool = False
) -> checks.Identity:
    try:
        identity = checks.identify(database)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        raise StoreDamaged(files.database, str(error), quarantine.keep_copy(files)) from error
    if identity.is_empty and identity.application_id in (0, checks.APPLICATION_ID):
        if not may_be_blank:
            raise StoreLost(files.database, "it has no tables")
    elif identity.application_id != checks.APPLICATION_ID:
        raise StoreForeign(files.database, f"application_id {identity.application_id:#x}")
    elif identity.schema > latest:
        raise StoreNewer(files.database, identity.schema, latest)
    return identity


def _migrate(database: Database, files: StoreFiles, migrations: Migrations, *, is_new: bool) -> None:
    """Bring the schema up to date in one transaction, after a backup of what is there."""
    pending = len(migrations.pending(database))
    if not pending:
        return
    if not is_new:
        take_backup(database, files.backups)
    database.conn.execute("PRAGMA foreign_keys=OFF")
    before = checks.row_counts(database)
    with transaction(database):
        migrations.apply(database)
        database.conn.execute(f"PRAGMA application_id={checks.APPLICATION_ID}")
        database.conn.execute(f"PRAGMA user_version={len(migrations.applied(database))}")
        after = checks.row_counts(database)
        lost = [table for table, count in before.items() if after.get(table, 0) < count]
        if lost or (before and checks.dangling(database)):
            raise RuntimeError(f"the migration would lose rows of {lost or 'a reference'}")
    database.conn.execute("PRAGMA foreign_keys=ON")
    pragma(database, "wal_checkpoint(TRUNCATE)")


def _check_thoroughly(database: Database, files: StoreFiles) -> None:
    if fault := checks.damage(database, thorough=True):
        raise StoreDamaged(files.database, fault, quarantine.keep_copy(files))
    if rows := checks.dangling(database):
        log.error("%d rows refer to rows that are not there", rows)
    if not index_is_sound(database):
        _rebuild_index(database, files)
    meta.note_check(database)


def _rebuild_index(database: Database, files: StoreFiles) -> None:
    log.warning("the search index is not right and is made anew")
    try:
        rebuild_index(database)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        raise StoreDamaged(files.database, f"search index: {error}", quarantine.keep_copy(files)) from error


def _keep_before_the_journal(files: StoreFiles) -> None:
    """A journal that may belong to another store is about to be written into this one."""
    if files.wal.exists() and files.wal.stat().st_size > 0:
        quarantine.keep_copy(files)


def _is_older(found: Stamp, remembered: Stamp) -> bool:
    return found.store != remembered.store or found.generation < remembered.generation


def _readable(files: StoreFiles) -> tuple[Database, tuple[StorageError, ...]]:
    """A reader; where SQLite cannot put its files beside the database, one that takes it as it stands."""
    database = connect(files.database, mode="ro")
    try:
        database.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        database.close()
        if error.sqlite_errorcode & 0xFF not in _NO_PLACE_BESIDE:
            raise
        unread = files.wal.exists() and files.wal.stat().st_size > 0
        notices = (JournalUnread(files.database),) if unread else ()
        return connect(files.database, mode="ro", immutable=True), notices
    except UNREADABLE:
        pass  # said properly when the file is identified
    return database, ()


def _empty(migrations: Migrations) -> Database:
    database = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
    migrations.apply(database)
    database.conn.execute("PRAGMA query_only=ON")
    return database
