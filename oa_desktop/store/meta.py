"""Facts about the database itself, inside it: its id, how often it was opened, how it was closed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlite_utils import Database

from oa_desktop.store.connection import transaction
from oa_desktop.store.stamp import Stamp

CHECK_AGAIN_AFTER = timedelta(days=7)


def get(database: Database, key: str, default: str = "") -> str:
    """One fact."""
    row = database.conn.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    return default if row is None else str(row[0])


def put(database: Database, **facts: str) -> None:
    """Store facts, all or none."""
    with transaction(database):
        database.conn.executemany(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", list(facts.items())
        )


def stamp_of(database: Database) -> Stamp:
    """What the stamp file should say."""
    return Stamp(get(database, "store"), int(get(database, "generation", "0")))


def begin_session(database: Database, app_version: str) -> Stamp:
    """Count one more opening and note that the store is in use."""
    stamp = stamp_of(database)
    opened = Stamp(stamp.store or str(uuid4()), stamp.generation + 1)
    put(
        database,
        store=opened.store,
        generation=str(opened.generation),
        last_clean_exit="0",
        created_by=get(database, "created_by", app_version),
        written_by=app_version,
        checked_at=get(database, "checked_at", datetime.now(UTC).isoformat()),
    )
    return opened


def end_session(database: Database) -> None:
    """Note that the store was closed in order."""
    put(database, last_clean_exit="1")


def is_due_for_check(database: Database) -> bool:
    """Whether the last session ended otherwise than in order, or the last thorough check is a week ago."""
    if get(database, "last_clean_exit", "1") != "1":
        return True
    checked = get(database, "checked_at")
    age = datetime.now(UTC) - datetime.fromisoformat(checked) if checked else timedelta()
    return not timedelta() <= age < CHECK_AGAIN_AFTER


def note_check(database: Database) -> None:
    """Remember that everything was just found whole."""
    put(database, checked_at=datetime.now(UTC).isoformat())
