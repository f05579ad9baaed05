"""Look whether a database is ours, whole and of a version we know, without changing it."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from oa_desktop.store.connection import pragma
from oa_desktop.store.driver import UNREADABLE, sqlite3

APPLICATION_ID = 0x4F41_4454
"""The letters OADT; in the header of every database of this app."""

MAGIC = b"SQLite format 3\x00"

_SEARCH = "message_text"

COUNTED_TABLES = ("conversation", "message", "label_set", "label_value", "ranking", "reaction", "imported")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a database says of itself. is_empty: it has no tables at all."""

    application_id: int
    schema: int
    is_empty: bool


def identify(database: Database) -> Identity:
    """Read the header. Raises sqlite3.DatabaseError on a file that is no database."""
    try:
        tables = database.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except UnicodeDecodeError as error:
        corrupt = sqlite3.DatabaseError("malformed database schema")
        corrupt.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise corrupt from error
    return Identity(pragma(database, "application_id"), pragma(database, "user_version"), tables == 0)


def damage(database: Database, *, thorough: bool = False) -> str:
    """What is wrong with the tables, "" when nothing is; the search index does not count.

    thorough: compare every SQL index with its table and look at every page of the file.
    """
    try:
        own = [table for table in _tables(database) if not table.startswith(_SEARCH)]
        faults = _faults(database, "quick_check", own)
        if not faults and thorough:
            faults = _faults(database, "integrity_check", [None])
    except UNREADABLE as error:
        return str(error)
    return "; ".join(fault for fault in faults if _SEARCH not in fault)


def index_is_damaged(database: Database) -> bool:
    """Whether the tables of the search index cannot be read; whether they are right takes longer to tell."""
    try:
        return bool(
            _faults(database, "quick_check", [t for t in _tables(database) if t.startswith(f"{_SEARCH}_")])
        )
    except UNREADABLE:
        return True


def _tables(database: Database) -> list[str]:
    rows = database.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return ["sqlite_schema", *(name for (name,) in rows)]


def _faults(database: Database, check: str, tables: Sequence[str | None]) -> list[str]:
    """quick_check of a whole file would also run the slow check of FTS5, so tables are named one by one."""
    faults: list[str] = []
    for table in tables:
        which = "20" if table is None else f'"{table}"'
        rows = database.conn.execute(f"PRAGMA {check}({which})").fetchall()
        faults += [str(row[0]) for row in rows if row[0] != "ok"]
    return faults


def dangling(database: Database) -> int:
    """Rows that refer to a row that is not there."""
    return len(database.conn.execute("PRAGMA foreign_key_check").fetchall())


def row_counts(database: Database) -> dict[str, int]:
    """Rows of each table that holds what people made, as far as the schema has it."""
    present = set(database.table_names())
    return {
        table: database.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in COUNTED_TABLES
        if table in present
    }
