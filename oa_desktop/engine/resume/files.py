"""Single files in the folder of saved states: opened without following links, locked while written."""

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from oa_desktop.engine.resume.seal import StateRefused

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
SUFFIX: Final = ".kv"
_TEMPORARY_SUFFIX: Final = ".tmp"
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_FILE: Final = re.compile(r"[0-9a-f]{32}\.kv")
_FLAGS: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class StateFile:
    """A saved state as the file system knows it; `folder` is the key it is filed under."""

    folder: str
    name: str
    path: Path
    size_bytes: int
    used_ns: int


def open_state(path: Path) -> BinaryIO:
    """Open for reading. Raises: StateRefused for all but a plain file of our own, OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS)
    except OSError as error:
        if path.is_symlink():
            raise StateRefused("it is a link") from error
        raise
    facts = os.fstat(descriptor)
    foreign = hasattr(os, "geteuid") and facts.st_uid != os.geteuid()
    if path.is_symlink() or not stat.S_ISREG(facts.st_mode) or foreign:
        os.close(descriptor)
        raise StateRefused("it is no file of ours")
    return os.fdopen(descriptor, "rb")


def new_temporary(folder: Path, name: str) -> tuple[Path, BinaryIO]:
    """A file that nobody else takes for a leftover while it is open. Raises: OSError."""
    path = folder / f"{name}.{os.getpid()}.{os.urandom(4).hex()}{_TEMPORARY_SUFFIX}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, FILE_MODE)
    _lock(descriptor)
    return path, os.fdopen(descriptor, "r+b")


def on_trial(path: Path, file: BinaryIO) -> Path:
    """Give a file the name of a leftover, which it is not while `file`, the same one, is open."""
    if sys.platform == "win32":
        file.close()  # or it could not be renamed
    else:
        _lock(file.fileno())
    return path.replace(path.with_name(f"{path.name}.{os.getpid()}{_TEMPORARY_SUFFIX}"))


def state_files(root: Path) -> list[StateFile]:
    """Every saved state below `root`, of whatever model."""
    found = []
    for folder in _folders(root):
        for entry in _entries(folder):
            if _FILE.fullmatch(entry.name) is None:
                continue
            with contextlib.suppress(OSError):
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(facts.st_mode):
                    continue
                name, path = entry.name.removesuffix(SUFFIX), Path(entry.path)
                found.append(StateFile(folder.name, name, path, facts.st_size, facts.st_mtime_ns))
    return found


def remove_leftovers(root: Path) -> None:
    """Remove what engines that were killed had begun to write; what a living one writes stays."""
    for folder in _folders(root):
        for entry in _entries(folder):
            if entry.name.endswith(_TEMPORARY_SUFFIX):
                with contextlib.suppress(OSError):
                    _remove_leftover(Path(entry.path))


def in_use(folder: Path) -> bool:
    """Whether an engine writes or reads a file there, which has a temporary name meanwhile."""
    return any(entry.name.endswith(_TEMPORARY_SUFFIX) for entry in _entries(folder))


def _remove_leftover(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | _FLAGS)
    try:
        abandoned = _lock(descriptor)
    finally:
        os.close(descriptor)
    if abandoned:
        path.unlink()


def _lock(descriptor: int) -> bool:
    """Whether nobody else holds it. Windows removes no open file anyway."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True


def _folders(root: Path) -> Iterator[Path]:
    for entry in _entries(root):
        with contextlib.suppress(OSError):
            if _KEY.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
