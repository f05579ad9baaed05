"""One instance per store. Why a second SQLite file does it: docs/adr/0011-instance-lock.md."""

from pathlib import Path

from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import StoreInUse


class InstanceLock:
    """An operating-system lock that ends with the process, however the process ends."""

    def __init__(self, path: Path) -> None:
        """Raises: StoreInUse while another instance holds it; sqlite3.OperationalError where none can be."""
        try:
            self._connection = _locked(path)
        except sqlite3.DatabaseError as error:
            match error.sqlite_errorcode & 0xFF:
                case sqlite3.SQLITE_BUSY:
                    raise StoreInUse(path) from error
                case sqlite3.SQLITE_NOTADB:
                    path.write_bytes(b"")
                    self._connection = _locked(path)
                case _:
                    raise

    def release(self) -> None:
        """Let the next instance in. The file stays: removing it would let two in at once."""
        self._connection.close()


def _locked(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        connection.execute("PRAGMA journal_mode=MEMORY").close()
        connection.execute("BEGIN EXCLUSIVE").close()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
