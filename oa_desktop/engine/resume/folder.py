"""The folder of one key below the state folder: whole files only, each a sealed segment.

Several engines may use it at once: names say what is in a file, and a file that is gone is no fault.
"""

import contextlib
import logging
import os
import shutil
import stat
import sys
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from oa_desktop.engine.resume.eviction import Limits, has_room, to_evict
from oa_desktop.engine.resume.files import (
    FOLDER_MODE,
    SUFFIX,
    StateFile,
    in_use,
    new_temporary,
    on_trial,
    open_state,
    remove_leftovers,
    state_files,
)
from oa_desktop.engine.resume.seal import Label, StateRefused, read_seal, seal, verify
from oa_desktop.engine.resume.segment import Segment

_log = logging.getLogger(__name__)


class FolderGone(OSError):
    """Somebody removed the saved states: what they held is not to be saved again."""


class Draft:
    """A state while it is written: the backend writes to `path`, then `commit` seals and names it."""

    def __init__(self, folder: "StateFolder", label: Label) -> None:
        self._folder = folder
        self._label = label
        self.path, self._file = new_temporary(folder.path, label.name)

    def commit(self, used_ns: int, *, flush: bool) -> Segment:
        """flush: wait until the disk has it. Raises: StateRefused, OSError; nothing is left then."""
        label, final = self._label, self._folder.path_of(self._label.name)
        try:
            with self._file as file:
                size_bytes = seal(file, label, self._folder.key)
                if flush:
                    os.fsync(file.fileno())
            self._folder.require()
            self.path.replace(final)
            os.utime(final, ns=(used_ns, used_ns))
        except BaseException:
            self.drop()
            raise
        return Segment(label.name, label.start, label.tokens, label.parent, size_bytes, used_ns)

    def drop(self) -> None:
        """Leave nothing of it."""
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


class StateFolder:
    """Saved states of one model and context, in `root`/`key`."""

    def __init__(self, root: Path, key: str, limits: Limits) -> None:
        """Makes the folder and clears away what killed engines left. Raises: OSError."""
        self.key = key
        self.path = root / key
        self._root = root
        self._limits = limits
        with contextlib.suppress(FileExistsError):
            self.path.mkdir(mode=FOLDER_MODE)
        self._identity = _identity(self.path)
        self._pinned = _pin(self.path)
        self._seen: int | None = None
        remove_leftovers(root)

    def path_of(self, name: str) -> Path:
        """The file of a segment."""
        return self.path / (name + SUFFIX)

    def require(self) -> None:
        """Raises: FolderGone when this is not the folder that was opened."""
        try:
            same = _identity(self.path) == self._identity
        except OSError:
            same = False
        if not same:
            raise FolderGone(f"{self.path} was removed")

    def news(self, known: Container[str]) -> list[Segment]:
        """Segments beyond the known ones, parents first; nothing while the folder is as it was.

        Files that are refused are removed.
        """
        changed_ns = self._changed_ns()
        if changed_ns == self._seen:
            return []
        self._seen = changed_ns
        found = []
        for file in state_files(self._root):
            if file.folder == self.key and file.name not in known:
                segment = self._read(file)
                if segment is not None:
                    found.append(segment)
        return sorted(found, key=lambda segment: segment.start)

    def remove_orphans(self, orphans: Iterable[Segment]) -> None:
        """Remove segments that hang on nothing; not while what they hang on may have another name."""
        if not in_use(self.path):
            for orphan in orphans:
                self.remove(orphan.name)

    @contextlib.contextmanager
    def lent(self, name: str) -> Iterator[Path]:
        """A file whose digest is right, for the backend to read. Raises: StateRefused, OSError.

        It has another name meanwhile: should reading it be the end of the process, the next engine clears it
        away instead of ending the same way.
        """
        path = self.path_of(name)
        with open_state(path) as file:
            verify(file)
            trial = on_trial(path, file)
            try:
                yield trial
            finally:
                trial.replace(path)

    def draft(self, label: Label) -> Draft:
        """Begin a file. Raises: FolderGone, OSError."""
        self.require()
        return Draft(self, label)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with contextlib.suppress(OSError):
            self.path_of(name).unlink()

    def touch(self, segment: Segment) -> None:
        """Let the file know when it was used."""
        with contextlib.suppress(OSError):
            os.utime(self.path_of(segment.name), ns=(segment.used_ns, segment.used_ns))

    def has_room(self, need_bytes: int, used_ns: int) -> bool:
        """Whether a new file would stay, and the disk has room to spare."""
        try:
            free = shutil.disk_usage(self.path).free
        except OSError:
            return False
        enough = free - need_bytes >= self._limits.spare_bytes
        return enough and has_room(state_files(self._root), self._limits, need_bytes, used_ns)

    def evict(self) -> list[str]:
        """Remove the least recently used files beyond the limits. Returns the names of ours."""
        gone = to_evict(state_files(self._root), self._limits)
        for file in gone:
            with contextlib.suppress(OSError):
                file.path.unlink()
        return [file.name for file in gone if file.folder == self.key]

    def _read(self, file: StateFile) -> Segment | None:
        try:
            with open_state(file.path) as opened:
                segment = read_seal(opened, self.key, file.used_ns)
            if segment.name != file.name:
                raise StateRefused("its name is not its own")
        except StateRefused as error:
            _log.warning("a saved state was removed: %s", error)
            self.remove(file.name)
            return None
        except OSError:
            return None
        return segment

    def _changed_ns(self) -> int | None:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return None


def _pin(path: Path) -> int | None:
    """Keep it open, so that no folder made later can have the same number. Windows gives none out twice."""
    return None if sys.platform == "win32" else os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _identity(path: Path) -> tuple[int, int]:
    """Which folder it is. Raises: OSError, also when it is a link."""
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise NotADirectoryError(f"{path} is no folder")
    return facts.st_dev, facts.st_ino
