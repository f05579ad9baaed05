"""Keep a copy of a damaged database, so that nothing done about it can make the damage worse."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from oa_desktop.store.files import StoreFiles, digest


def keep_copy(files: StoreFiles) -> Path | None:
    """Copy the database and the files beside it to `<name>.corrupt-<time>`; None when there is no room.

    A copy of the very same bytes that was kept before is enough.
    """
    for earlier in sorted(files.database.parent.glob(f"{files.database.name}.corrupt-*")):
        if not earlier.name.endswith(("-wal", "-shm")) and _is_copy(files, earlier):
            return earlier
    mark = f"corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    try:
        for part in files.parts:
            shutil.copy2(part, files.renamed(part, mark))
    except OSError:
        for part in files.parts:
            files.renamed(part, mark).unlink(missing_ok=True)
        return None
    return files.renamed(files.database, mark)


def _is_copy(files: StoreFiles, earlier: Path) -> bool:
    kept_wal = StoreFiles(earlier).wal
    pairs = [(files.database, earlier)]
    if files.wal.exists() or kept_wal.exists():
        pairs.append((files.wal, kept_wal))
    return all(
        one.exists()
        and other.exists()
        and one.stat().st_size == other.stat().st_size
        and digest(one) == digest(other)
        for one, other in pairs
    )
