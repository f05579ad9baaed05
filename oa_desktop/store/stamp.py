"""A small file beside the database that remembers there is one, and how far it had come.

Without it an emptied or missing database would look like a first start, and an old copy like the newest.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from oa_desktop.store.files import replace_durably


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which store it is, and how often it had been opened for writing."""

    store: str
    generation: int


def read_stamp(path: Path) -> Stamp | None:
    """None when there is none; one that cannot be read still says that there was a store."""
    try:
        stored = json.loads(path.read_bytes())
        return Stamp(str(stored["store"]), int(stored["generation"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return Stamp("", 0)


def write_stamp(path: Path, stamp: Stamp) -> None:
    """Replace the stamp in one step."""
    temporary = path.with_name(f"{path.name}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(stamp), file)
        file.flush()
        os.fsync(file.fileno())
    replace_durably(temporary, path)
