"""A store opens whole or says in one sentence why not; what is refused is not changed."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from sqlite_utils import Database

from oa_desktop.errors import StorageError
from oa_desktop.store import checks
from oa_desktop.store.connection import connect, pragma, prepare_writer
from oa_desktop.store.driver import FIRST_SAFE_LIBRARY, library_is_safe, library_name, sqlite3
from oa_desktop.store.errors import (
    OlderCopy,
    StoreDamaged,
    StoreForeign,
    StoreInUse,
    StoreLost,
    StoreNewer,
    StoreOutdated,
)
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.session import Session

from .trees import answer, started


def made(files: StoreFiles, messages: int = 1) -> None:
    """A store with one conversation, closed in order."""
    session = Session(files)
    root = started(session.store, "What is a llama?", title="Llamas")
    session.store.messages.add([answer(root, f"Answer {i}. " + "x" * 500) for i in range(messages - 1)])
    session.close()


def fingerprint(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()


def refused(files: StoreFiles, kind: type[StorageError]) -> StorageError:
    with pytest.raises(kind) as raised:
        Session(files)
    assert raised.value.title.endswith(".")
    assert raised.value.hint
    return raised.value


def test_a_first_start_makes_a_store_and_the_next_finds_it(files: StoreFiles) -> None:
    made(files)
    session = Session(files)
    assert [line.title for line in session.store.conversations.list()] == ["Llamas"]
    assert session.notices == ()
    assert not session.read_only
    session.close()
    assert not files.wal.exists() or files.wal.stat().st_size == 0


def test_every_setting_is_in_force(files: StoreFiles) -> None:
    session = Session(files)
    database = session.store.messages.db
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0 if library_is_safe() else 1,
        "cell_size_check": 1,
        "mmap_size": 0,
        "wal_autocheckpoint": 1000,
        "journal_size_limit": 16 * 1024 * 1024,
        "application_id": checks.APPLICATION_ID,
        "user_version": 1,
    }
    assert {name: pragma(database, name) for name in wanted} == wanted
    session.close()


def test_s20_a_reader_writes_nothing_and_never_checkpoints(files: StoreFiles) -> None:
    made(files)
    reader = connect(files.database, mode="ro")
    assert pragma(reader, "query_only") == 1
    assert pragma(reader, "wal_autocheckpoint") == 0
    reader.close()


def test_s20_the_library_is_past_the_wal_reset_fault_where_we_ship_it() -> None:
    assert library_name().endswith(sqlite3.sqlite_version)
    assert library_is_safe() == (sqlite3.sqlite_version_info >= FIRST_SAFE_LIBRARY)
    if sqlite3.__name__.startswith("pysqlite3"):
        assert library_is_safe()


@pytest.mark.parametrize("kept_bytes", [None, 0.5, 100], ids=["page", "half", "100-bytes"])
def test_s08_s09_damage_is_told_and_a_copy_is_kept(files: StoreFiles, kept_bytes: float | None) -> None:
    made(files, messages=200)
    size = files.database.stat().st_size
    if kept_bytes is None:
        with files.database.open("r+b") as file:
            file.seek(4096 * (size // 4096 // 2))
            file.write(os.urandom(4096))
    else:
        os.truncate(files.database, int(size * kept_bytes) if kept_bytes < 1 else int(kept_bytes))
    before = fingerprint(files.database)
    error = refused(files, StoreDamaged)
    assert isinstance(error, StoreDamaged)
    assert error.copy is not None
    assert error.copy.name in error.title
    assert error.copy.read_bytes() == files.database.read_bytes()
    assert fingerprint(files.database) == before
    refused(files, StoreDamaged)
    assert len(list(files.database.parent.glob("*.corrupt-*Z"))) == 1


def test_s08_the_journal_is_kept_with_the_damaged_file(files: StoreFiles) -> None:
    made(files)
    files.wal.write_bytes(b"journal")
    files.database.write_bytes(b"garbage" * 1000)
    error = refused(files, StoreDamaged)
    assert isinstance(error, StoreDamaged)
    assert error.copy is not None
    assert StoreFiles(error.copy).wal.read_bytes() == b"journal"


@pytest.mark.parametrize("gone", ["empty", "missing", "blank"])
def test_s09_an_emptied_store_is_never_mistaken_for_a_first_start(files: StoreFiles, gone: str) -> None:
    made(files)
    files.database.unlink()
    if gone == "empty":
        files.database.touch()
    elif gone == "blank":
        sqlite3.connect(files.database).executescript("CREATE TABLE x (y); DROP TABLE x;")
    refused(files, StoreLost)
    if gone == "missing":
        assert not files.database.exists()


def test_s09_a_journal_without_its_database_is_never_thrown_away(files: StoreFiles) -> None:
    files.database.parent.mkdir(parents=True)
    files.wal.write_bytes(b"committed messages")
    refused(files, StoreLost)
    assert files.wal.read_bytes() == b"committed messages"


def test_s09_garbage_is_no_database(files: StoreFiles) -> None:
    files.database.parent.mkdir(parents=True)
    files.database.write_bytes(b"\x00" * 64_560)
    refused(files, StoreDamaged)


def test_a_first_start_that_was_cut_off_is_begun_again(files: StoreFiles) -> None:
    files.database.parent.mkdir(parents=True)
    connection = sqlite3.connect(files.database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    made(files)


def test_a_first_start_that_was_cut_off_reads_as_no_store_and_not_as_a_lost_one(files: StoreFiles) -> None:
    files.database.parent.mkdir()
    blank = sqlite3.connect(files.database, isolation_level=None)
    blank.execute("PRAGMA journal_mode=WAL")
    blank.close()
    session = Session(files, read_only=True)
    assert session.store.stats().messages == 0
    session.close()
    made(files)
    session = Session(files, read_only=True)
    assert session.store.stats().messages == 1
    session.close()


def test_s10_a_store_that_went_back_in_time_is_noticed(files: StoreFiles, tmp_path: Path) -> None:
    made(files)
    old = shutil.copy(files.database, tmp_path / "old.db")
    made(files)
    shutil.copy(old, files.database)
    session = Session(files)
    (notice,) = session.notices
    assert isinstance(notice, OlderCopy)
    session.close()
    session = Session(files)
    assert session.notices == ()
    session.close()


def test_s10_losing_the_journal_of_a_crash_is_noticed(files: StoreFiles) -> None:
    made(files)
    crashed = Session(files)
    shutil.copytree(files.database.parent, files.database.parent.with_name("crashed"))
    crashed.close()
    copy = StoreFiles(files.database.parent.with_name("crashed") / files.database.name)
    assert copy.wal.stat().st_size > 0
    copy.wal.unlink()
    session = Session(copy)
    assert [type(notice) for notice in session.notices] == [OlderCopy]
    session.close()


def test_s11_a_store_of_a_newer_version_is_refused_untouched(files: StoreFiles) -> None:
    made(files)
    connection = sqlite3.connect(files.database)
    connection.execute("PRAGMA user_version=99")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    before = fingerprint(files.database)
    error = refused(files, StoreNewer)
    assert "made by a newer version" in error.title
    assert fingerprint(files.database) == before
    with pytest.raises(StoreNewer):
        Session(files, read_only=True)
    assert fingerprint(files.database) == before


def test_a_database_of_another_program_is_refused_untouched(files: StoreFiles) -> None:
    files.database.parent.mkdir(parents=True)
    connection = sqlite3.connect(files.database)
    connection.executescript("PRAGMA application_id=7; CREATE TABLE bookmarks (url)")
    connection.close()
    before = fingerprint(files.database)
    refused(files, StoreForeign)
    assert fingerprint(files.database) == before


def test_an_older_store_that_cannot_be_written_is_not_half_opened(files: StoreFiles) -> None:
    made(files)
    connection = sqlite3.connect(files.database)
    connection.execute("PRAGMA user_version=0")
    connection.close()
    with pytest.raises(StoreOutdated):
        Session(files, read_only=True)


def test_s13_a_second_instance_is_told_and_a_reader_let_in(files: StoreFiles) -> None:
    first = Session(files)
    started(first.store, title="seen by both")
    refused(files, StoreInUse)
    reader = Session(files, read_only=True)
    assert reader.read_only
    assert [line.title for line in reader.store.conversations.list()] == ["seen by both"]
    reader.close()
    first.close()
    Session(files).close()


def test_a_damaged_lock_file_does_not_keep_anyone_out(files: StoreFiles) -> None:
    made(files)
    files.lock.write_bytes(b"nonsense" * 100)
    Session(files).close()


def test_reading_where_nothing_was_ever_stored_finds_nothing_and_leaves_nothing(files: StoreFiles) -> None:
    reader = Session(files, read_only=True)
    assert reader.store.stats().trees == 0
    reader.close()
    assert not files.database.parent.exists()


def test_s23_a_refused_journal_mode_is_noticed(files: StoreFiles) -> None:
    files.database.parent.mkdir(parents=True)
    connection = sqlite3.connect(f"{files.database.as_uri()}?nolock=1", uri=True, isolation_level=None)

    assert prepare_writer(Database(connection, execute_plugins=False)) == "delete"
    connection.close()
