"""Every schema that was ever released opens, and comes out with the same content."""

import hashlib
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from oa_desktop.store import checks
from oa_desktop.store.backup import list_backups
from oa_desktop.store.connection import connect, pragma
from oa_desktop.store.database import close_writer, latest_schema, open_writer
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.migrations import MIGRATIONS
from oa_desktop.store.session import Session
from oa_desktop.store.store import Store

from .snapshots import FIXTURES, sample, schema_of, snapshot_of

SNAPSHOTS = sorted(FIXTURES.glob("v*.sql"))


def build(files: StoreFiles, snapshot: Path) -> None:
    """A database file as that version left it."""
    files.database.parent.mkdir(parents=True)
    connection = sqlite3.connect(files.database, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.executescript(snapshot.read_text(encoding="utf-8"))
    connection.execute("INSERT INTO message_text (message_text) VALUES ('rebuild')")
    database = Database(connection, execute_plugins=False)
    MIGRATIONS.ensure_migrations_table(database)
    for migration in MIGRATIONS.pending(database)[: int(snapshot.stem[1:])]:
        MIGRATIONS._record_applied(database, migration.name)
    connection.close()


def content(store: Store) -> str:
    """A digest of every domain value in the store."""
    parts: list[object] = []
    for line in store.conversations.list():
        tree = store.messages.tree(line.tree_id)
        parts += [line, *tree.walk(), store.feedback.of_tree(tree.id), store.imports.of_tree(tree.id)]
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()


def test_a_blank_database_gets_exactly_the_kept_schema() -> None:
    assert snapshot_of(sample()) == (FIXTURES / f"v{latest_schema()}.sql").read_text(encoding="utf-8")


def test_every_version_has_a_snapshot() -> None:
    assert [snapshot.stem for snapshot in SNAPSHOTS] == [f"v{n}" for n in range(1, latest_schema() + 1)]


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)
def test_s11_a_store_of_each_version_opens_with_the_same_content(files: StoreFiles, snapshot: Path) -> None:
    build(files, snapshot)
    session = Session(files)
    database = session.store.messages.db
    assert content(session.store) == content(Store(sample()))
    assert schema_of(database) == schema_of(sample())
    assert pragma(database, "user_version") == latest_schema()
    assert checks.damage(database, thorough=True) == ""
    assert checks.dangling(database) == 0
    assert [hit.title for hit in session.store.search("李白")] == ["Llamas"]
    is_old = snapshot.stem != f"v{latest_schema()}"
    assert len(list_backups(files.backups)) == int(is_old)
    session.close()


def next_version() -> Migrations:
    """The schema after the newest one, for a day that will come."""
    migrations = Migrations("oa_desktop")
    for step in MIGRATIONS._migrations:
        migrations(name=step.name)(step.fn)
    return migrations


def test_s11_migrating_takes_a_backup_first_and_keeps_the_content(files: StoreFiles) -> None:
    build(files, SNAPSHOTS[-1])
    migrations = next_version()

    @migrations()
    def mood(db: Database) -> None:
        db.execute("ALTER TABLE message ADD COLUMN mood TEXT")
        db.execute("UPDATE message SET mood = 'calm'")

    opened = open_writer(files, migrations)
    assert pragma(opened.database, "user_version") == latest_schema() + 1
    assert pragma(opened.database, "foreign_keys") == 1
    assert content(Store(opened.database)) == content(Store(sample()))
    close_writer(opened.database)
    (backup,) = list_backups(files.backups)
    copy = connect(backup.path, mode="ro")
    assert pragma(copy, "user_version") == latest_schema()
    assert content(Store(copy)) == content(Store(sample()))
    copy.close()


@pytest.mark.parametrize(
    "sql", ["DELETE FROM label_value", "UPDATE message SET tree_id = 'x'", "SELECT * FROM nowhere"]
)
def test_s03_a_migration_that_would_lose_something_changes_nothing(files: StoreFiles, sql: str) -> None:
    build(files, SNAPSHOTS[-1])
    migrations = next_version()

    @migrations()
    def careless(db: Database) -> None:
        db.execute("PRAGMA ignore_check_constraints=ON").close()
        db.execute("CREATE TABLE half (x)")
        db.execute(sql)

    with pytest.raises((RuntimeError, sqlite3.DatabaseError)):
        open_writer(files, migrations)
    session = Session(files)
    assert content(session.store) == content(Store(sample()))
    assert not session.store.messages.db["half"].exists()
    session.close()
