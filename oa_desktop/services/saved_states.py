"""What the engine keeps on disk of conversations: how much it is, and how to be rid of it.

The files hold what was said, as tokens and what the model made of them. The app never reads them.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class StatesSize:
    """files: saved states of all models."""

    files: int
    size_bytes: int


def measure(folder: Path) -> StatesSize:
    """What is there now."""
    sizes = []
    for states in _folders(folder):
        with contextlib.suppress(OSError), os.scandir(states) as entries:
            sizes += [entry.stat(follow_symlinks=False).st_size for entry in entries]
    return StatesSize(len(sizes), sum(sizes))


def remove_all(folder: Path) -> bool:
    """Remove every saved state of every model. Whether nothing is left.

    A running engine notices, goes on without them, and saves nothing it remembers until it is started again.
    """
    for _ in range(_ATTEMPTS):  # an engine may be writing one
        for states in _folders(folder):
            shutil.rmtree(states, ignore_errors=True)
        if not any(_folders(folder)):
            return True
    return False


def _folders(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if _KEY.fullmatch(entry.name)]
    except OSError:
        return
    yield from (Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False))
