"""What can be done about a store that cannot be opened: restore a backup, read out what is left, start over.

Nothing here deletes: what is replaced is set aside under another name. The store is closed meanwhile.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from oa_desktop.store.backup import is_sound, list_backups
from oa_desktop.store.connection import connect
from oa_desktop.store.errors import NoSoundBackup
from oa_desktop.store.files import StoreFiles, flush_to_disk, replace_durably
from oa_desktop.store.lock import InstanceLock
from oa_desktop.store.meta import stamp_of
from oa_desktop.store.salvage_file import copy_readable
from oa_desktop.store.stamp import write_stamp
from oa_desktop.store.thinning import Backup


@dataclass(frozen=True, slots=True)
class Recovered:
    """rows: what the store has now, by table. lost: what of the old file could not be read, where known."""

    rows: dict[str, int]
    lost: dict[str, int]


def newest_sound_backup(files: StoreFiles) -> Backup:
    """Raises: NoSoundBackup."""
    for backup in list_backups(files.backups):
        if is_sound(backup.path):
            return backup
    raise NoSoundBackup(files.backups)


def restore_backup(files: StoreFiles, backup: Backup) -> None:
    """Put a backup in the place of the store.

    Raises: StoreInUse while it is open, NoSoundBackup when this backup is damaged.
    """
    if not is_sound(backup.path):
        raise NoSoundBackup(backup.path)
    temporary = files.database.with_name(f"{files.database.name}.restoring")
    shutil.copyfile(backup.path, temporary)
    flush_to_disk(temporary)
    _put_in_place(files, temporary)


def salvage(files: StoreFiles) -> Recovered:
    """Read every readable row of a damaged store into a new one that takes its place.

    Raises: StoreInUse while it is open, StoreDamaged when nothing can be read.
    """
    temporary = files.database.with_name(f"{files.database.name}.salvaging")
    temporary.unlink(missing_ok=True)
    rows, lost = copy_readable(files.database, temporary)
    flush_to_disk(temporary)
    _put_in_place(files, temporary)
    return Recovered(rows, lost)


def start_over(files: StoreFiles) -> None:
    """Let the next opening make an empty store; the old files stay under another name."""
    lock = InstanceLock(files.lock)
    try:
        _set_aside(files)
        files.stamp.unlink(missing_ok=True)
    finally:
        lock.release()


def _put_in_place(files: StoreFiles, temporary: Path) -> None:
    lock = InstanceLock(files.lock)
    try:
        database = connect(temporary, mode="ro")
        try:
            stamp = stamp_of(database)
        finally:
            database.close()
        _set_aside(files)
        replace_durably(temporary, files.database)
        write_stamp(files.stamp, stamp)
    finally:
        lock.release()


def _set_aside(files: StoreFiles) -> None:
    mark = f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    for part in reversed(files.parts):
        part.rename(files.renamed(part, mark))
