"""Put another database in the place of the store, so that a kill at any moment leaves the old or the new one.

The new database gets a name that promises the change; from then on the change counts and is carried out, now
or at the next start. What was there before is set aside under another name; nothing is deleted.
"""

from datetime import UTC, datetime
from pathlib import Path

from oa_desktop.store.connection import connect
from oa_desktop.store.files import StoreFiles, replace_durably
from oa_desktop.store.meta import stamp_of
from oa_desktop.store.stamp import write_stamp

_PROMISE = "next-"


def replace_store(files: StoreFiles, new: Path) -> tuple[Path, ...]:
    """Put `new`, a database on the disk with nothing beside it, in the place of the store.

    The caller holds the instance lock. Returns where the old files are now, the database first.
    """
    promised = files.renamed(files.database, f"{_PROMISE}{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    replace_durably(new, promised)
    return _carry_out(files, promised)


def finish_replacing(files: StoreFiles) -> None:
    """Carry out a change that was cut off. The caller holds the instance lock."""
    for promised in _siblings(files, _PROMISE):
        _carry_out(files, promised)


def _carry_out(files: StoreFiles, promised: Path) -> tuple[Path, ...]:
    """Whatever lies in the place of the store is old, for a promised one is never opened for writing."""
    mark = f"replaced-{promised.name.rpartition(_PROMISE)[2]}"
    for part in reversed(files.parts):
        part.rename(files.renamed(part, mark))
    database = connect(promised, mode="ro")
    try:
        stamp = stamp_of(database)
    finally:
        database.close()
    write_stamp(files.stamp, stamp)
    replace_durably(promised, files.database)
    return _siblings(files, mark)


def _siblings(files: StoreFiles, mark: str) -> tuple[Path, ...]:
    start = f"{files.database.name}.{mark}"
    return tuple(sorted(path for path in files.database.parent.glob("*") if path.name.startswith(start)))
