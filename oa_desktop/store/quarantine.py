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
    pairs = [(files.database, earlier), (files.wal, StoreFiles(earlier).wal)]
    return all(_size(one) == _size(other) for one, other in pairs) and all(
        digest(one) == digest(other) for one, other in pairs if _size(one)
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
