"""The SQLite library of the store: pysqlite3 where it is installed, else Python's own; sqlite-utils chooses.

Everything in this package takes `sqlite3` from here, so one process never mixes two copies of SQLite.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

__all__ = ["FIRST_SAFE_LIBRARY", "UNREADABLE", "library_is_safe", "library_name", "sqlite3"]

FIRST_SAFE_LIBRARY = (3, 51, 3)
"""Older ones can corrupt a WAL database that two connections write: sqlite.org/wal.html#walresetbug"""

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading a damaged file raises: the second when SQLite quotes bytes of the file in its own message."""


def library_is_safe() -> bool:
    """Whether the SQLite in use is past the WAL-reset fault; the single writer keeps older ones safe too."""
    return sqlite3.sqlite_version_info >= FIRST_SAFE_LIBRARY


def library_name() -> str:
    """Which SQLite this is, for diagnostics: "pysqlite3 3.53.4"."""
    return f"{sqlite3.__name__} {sqlite3.sqlite_version}"
