"""Look whether a database is ours, whole and of a version we know, without changing it."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from dataclasses import dataclass

from sqlite_utils import Database

from oa_desktop.store.connection import pragma
from oa_desktop.store.driver import sqlite3

APPLICATION_ID = 0x4F41_4454
"""The letters OADT; in the header of every database of this app."""

MAGIC = b"SQLite format 3\x00"

COUNTED_TABLES = ("conversation", "message", "label_set", "label_value", "ranking", "reaction", "imported")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a database says of itself. is_empty: it has no tables at all."""

    application_id: int
    schema: int
    is_empty: bool


def identify(database: Database) -> Identity:
    """Read the header. Raises sqlite3.DatabaseError on a file that is no database."""
    tables = database.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return Identity(pragma(database, "application_id"), pragma(database, "user_version"), tables == 0)


def damage(database: Database, *, thorough: bool = False) -> str:
    """What is wrong inside the file, "" when nothing is. thorough: compare every index with its table too."""
    check = "integrity_check" if thorough else "quick_check"
    try:
        rows = database.conn.execute(f"PRAGMA {check}(20)").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if rows == [("ok",)] else "; ".join(str(row[0]) for row in rows)


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
