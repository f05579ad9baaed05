"""Backups: whole databases of their own, each opened and checked before it counts as one."""

import re
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from oa_desktop.store import checks
from oa_desktop.store.connection import connect, pragma
from oa_desktop.store.driver import UNREADABLE
from oa_desktop.store.errors import BackupFailed
from oa_desktop.store.files import flush_to_disk, replace_durably
from oa_desktop.store.thinning import Backup, kept

_NAME = re.compile(r"store-(\d{6,})-(\d{8}T\d{6}Z)\.db")


def take_backup(source: Database, folder: Path) -> Backup:
    """Copy the open database, check the copy, and only then give it its name.

    Raises: BackupFailed when the copy is not equal; OSError and sqlite3.Error when the system fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = max((backup.number for backup in list_backups(folder)), default=0) + 1
    taken = datetime.now(UTC)
    path = folder / f"store-{number:06d}-{taken:%Y%m%dT%H%M%SZ}.db"
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        _copy(source, temporary)
        _verify(temporary, source)
        flush_to_disk(temporary)
        replace_durably(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return Backup(number, taken.date(), path)


def list_backups(folder: Path) -> list[Backup]:
    """Newest first by number; other files in the folder are left out."""
    found = [(match, path) for path in folder.glob("store-*.db") if (match := _NAME.fullmatch(path.name))]
    backups = [
        Backup(int(match[1]), datetime.strptime(match[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).date(), path)
        for match, path in found
    ]
    return sorted(backups, reverse=True)


def roll_backups(source: Database, folder: Path) -> Backup | None:
    """Take today's backup unless there is one or nothing to keep, then thin the older ones out."""
    remove_halves(folder)
    today = datetime.now(UTC).date()
    backups = list_backups(folder)
    if backups and backups[0].taken == today:
        return None
    if not any(checks.row_counts(source).values()):
        return None
    taken = take_backup(source, folder)
    backups = list_backups(folder)
    for backup in set(backups) - kept(backups, today):
        backup.path.unlink(missing_ok=True)
    return taken


def remove_halves(folder: Path) -> None:
    """Remove what a backup that was cut off left behind."""
    for half in folder.glob("store-*.db.tmp*"):
        half.unlink(missing_ok=True)


def is_sound(path: Path, *, thorough: bool = False) -> bool:
    """Whether a backup opens, is ours and is whole. thorough: as the first opening after a crash looks."""
    try:
        database = connect(path, mode="ro")
        try:
            is_ours = checks.identify(database).application_id == checks.APPLICATION_ID
            return is_ours and not checks.damage(database, thorough=thorough)
        finally:
            database.close()
    except UNREADABLE:
        return False


def _copy(source: Database, target: Path) -> None:
    target.unlink(missing_ok=True)
    copy = connect(target, mode="rwc")
    try:
        source.conn.backup(copy.conn)
        pragma(copy, "journal_mode=DELETE")  # one file that needs nothing beside it
    finally:
        copy.close()


def _verify(path: Path, source: Database) -> None:
    copy = connect(path, mode="ro")
    try:
        if fault := checks.damage(copy):
            raise BackupFailed(path, fault)
        if (found := checks.row_counts(copy)) != (expected := checks.row_counts(source)):
            raise BackupFailed(path, f"{found} instead of {expected}")
    finally:
        copy.close()
