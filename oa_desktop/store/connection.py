"""One SQLite connection with the settings of this store, and its transactions.

The settings and why: docs/adr/0010-sqlite-settings.md.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from oa_desktop.store.driver import library_is_safe, sqlite3

BUSY_TIMEOUT_MS = 5_000
JOURNAL_LIMIT_BYTES = 16 * 1024 * 1024


def connect(
    path: Path, *, mode: str, busy_timeout_ms: int = BUSY_TIMEOUT_MS, immutable: bool = False
) -> Database:
    """Open without changing anything in the file. mode: "ro", "rw" or "rwc"."""
    suffix = "&immutable=1" if immutable else ""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}{suffix}",
        uri=True,
        isolation_level=None,
        timeout=busy_timeout_ms / 1000,
    )
    try:
        database = Database(connection, execute_plugins=False)
        # older libraries (3.40 for one) refuse FTS5 in the triggers of a schema that is not trusted
        trusted = "OFF" if library_is_safe() else "ON"
        settings = ("foreign_keys=ON", f"trusted_schema={trusted}", "cell_size_check=ON", "mmap_size=0")
        for setting in settings:
            connection.execute(f"PRAGMA {setting}").close()
        if mode == "ro":
            connection.execute("PRAGMA query_only=ON").close()
            connection.execute("PRAGMA wal_autocheckpoint=0").close()
    except BaseException:
        connection.close()
        raise
    return database


def prepare_writer(database: Database) -> str:
    """Journal and durability of the one writer. Returns the journal mode in force: "wal", else "delete"."""
    connection = database.conn
    mode = pragma(database, "journal_mode=WAL")
    if mode != "wal":
        mode = pragma(database, "journal_mode=DELETE")
    for setting in (
        "synchronous=FULL",
        "wal_autocheckpoint=1000",
        f"journal_size_limit={JOURNAL_LIMIT_BYTES}",
    ):
        connection.execute(f"PRAGMA {setting}").close()
    return str(mode)


def pragma(database: Database, setting: str) -> Any:
    """The single value a PRAGMA answers; None when it answers nothing."""
    with closing(database.conn.execute(f"PRAGMA {setting}")) as cursor:
        row = cursor.fetchone()
    return None if row is None else row[0]


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """All or nothing. The outermost one takes the write lock at once; one inside another is a savepoint.

    A plain BEGIN would upgrade later and fail at once when another connection wrote in between.
    """
    connection = database.conn
    if connection.in_transaction:
        with database.atomic():
            yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        database.rollback()
        raise
