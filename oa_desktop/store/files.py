"""The files of one store, and moving files so that a power cut leaves the old or the new one."""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """Where everything of a store lies: all beside its database."""

    database: Path

    @property
    def lock(self) -> Path:
        """Held while an instance has the store open for writing."""
        return self._beside(".lock")

    @property
    def stamp(self) -> Path:
        """Says that there is a store here."""
        return self._beside(".stamp")

    @property
    def backups(self) -> Path:
        """Folder of the backups."""
        return self.database.with_name("backups")

    @property
    def wal(self) -> Path:
        """Committed transactions that are not in the database file yet."""
        return self._beside("-wal")

    @property
    def parts(self) -> tuple[Path, ...]:
        """The database with the files SQLite keeps beside it, as far as they exist."""
        return tuple(part for part in (self.database, self.wal, self._beside("-shm")) if part.exists())

    def renamed(self, part: Path, mark: str) -> Path:
        """The name of a part when the database is called `<name>.<mark>`."""
        return self.database.with_name(
            f"{self.database.name}.{mark}{part.name.removeprefix(self.database.name)}"
        )

    def is_absent(self) -> bool:
        """No database file, or an empty one."""
        return not self.database.exists() or self.database.stat().st_size == 0

    def _beside(self, suffix: str) -> Path:
        return self.database.with_name(self.database.name + suffix)


def is_writable(files: StoreFiles) -> bool:
    """Whether the database and its folder may be changed, as far as the system tells beforehand."""
    places = [files.database.parent, *files.parts]
    return all(os.access(place, os.W_OK) for place in places)


def replace_durably(temporary: Path, target: Path) -> None:
    """Rename over the target and make the rename itself survive a power cut."""
    temporary.replace(target)
    if sys.platform != "win32":  # Windows has no handle on a folder to flush
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def flush_to_disk(path: Path) -> None:
    """Ask the system to put what was written of a file on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
