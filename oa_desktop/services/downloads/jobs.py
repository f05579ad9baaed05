"""The folder of downloads that are not done yet, each noted in a small file, so that they outlive the app."""

import logging
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import filelock

from oa_desktop.atomic_file import write_atomically
from oa_desktop.services.downloads.job import DownloadJob, NewerJob, NoJob, read_job, written
from oa_desktop.services.downloads.sentences import elsewhere, left_alone, not_noted

__all__ = ["DownloadJob", "JobFolder"]

_log = logging.getLogger(__name__)

_CONTENT = re.compile(r"\.?([0-9a-f]{64})\.(part|json|lock)\b")
_OF_JOB = re.compile(r"([0-9a-f]{16})\.lock\Z|\.([0-9a-f]{16})\.job\..*\.tmp\Z")
_LEFT_BEHIND_S = 3600
"""No note takes so long to be written."""


@dataclass(slots=True)
class _Notes:
    """all_read: whether these are all; a file that the system does not let be read may be another."""

    jobs: list[DownloadJob] = field(default_factory=list)
    newer: list[NewerJob] = field(default_factory=list)
    all_read: bool = True

    def wanted(self) -> set[str]:
        """The hashes of what somebody still wants."""
        known: list[DownloadJob | NewerJob] = [*self.jobs, *self.newer]
        return {sha256 for job in known for sha256 in job.sha256}


class JobFolder:
    """`.downloads` in the folder for models: jobs, and the parts of files that came so far.

    What a newer version of the app noted is left alone, until a person wants it gone.
    """

    def __init__(self, models: Path) -> None:
        self.folder = models / ".downloads"

    def save(self, job: DownloadJob) -> None:
        """Raises StorageError."""
        try:
            if isinstance(self._read(job), NewerJob):
                raise left_alone(job.key)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._file(job.key), written(job), follow=False)
        except OSError as exc:
            raise not_noted(exc) from exc

    def change(self, job: DownloadJob, **changes: Any) -> DownloadJob:
        """Change what is noted of it, which may be more than the caller knows. Raises StorageError."""
        changed = replace(self.noted(job) or job, **changes)
        self.save(changed)
        return changed

    def load(self) -> tuple[DownloadJob, ...]:
        """All of them, the oldest first; one that makes no sense is left out and removed."""
        return tuple(self._notes().jobs)

    def newer(self) -> tuple[NewerJob, ...]:
        """Those of a newer version of the app."""
        return tuple(self._notes().newer)

    def forget(self, job: DownloadJob) -> None:
        """It is done. Its lock files stay for `clean`, as another process may be waiting for them."""
        try:
            self._file(job.key).unlink(missing_ok=True)
        except OSError as exc:  # the next start finds that it is done
            _log.warning("the note of %s stays: %s", job.key, exc)

    def discard(self, job: DownloadJob | NewerJob) -> None:
        """Nothing of it is to be left; `alone` with it. Raises OSError."""
        self._file(job.key).unlink(missing_ok=True)
        self.give_up(job.sha256)

    def give_up(self, sha256: Iterable[str]) -> None:
        """Remove what came of these files, unless a download that is noted still wants them."""
        notes = self._notes()
        for unwanted in set(sha256) - notes.wanted() if notes.all_read else ():
            self._remove(unwanted)

    def noted(self, job: DownloadJob) -> DownloadJob | None:
        """What is known of it on disk."""
        with suppress(OSError):
            found = self._read(job)
            return found if isinstance(found, DownloadJob) else None
        return None

    def lock_of(self, key: str) -> Path:
        """Held by the process that downloads it, from the first question to its place in the library."""
        return self.folder / f"{key}.lock"

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """No process downloads it within this block, which ends it.

        Raises: DownloadStopped when one does, OSError.
        """
        lock = filelock.FileLock(self.lock_of(key))
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise elsewhere() from None
        try:
            yield
        finally:
            _end(lock)

    def clean(self) -> None:
        """Remove what belongs to no job and is in nobody's hands."""
        notes = self._notes()
        if not notes.all_read or notes.newer:  # what a newer version keeps here may be called otherwise
            return
        names = [file.name for file in self.folder.glob("*")]
        found = {match[1] for name in names if (match := _CONTENT.match(name))}
        for sha256 in found - notes.wanted():
            self._remove(sha256)
        keys = {job.key for job in notes.jobs}
        for name in names:
            match = _OF_JOB.match(name)
            if match and (match[2] or match[1] not in keys):
                self._remove_of_job(self.folder / name)

    def _notes(self) -> _Notes:
        notes = _Notes()
        for file in sorted(self.folder.glob("*.job"), key=_age):
            try:
                job = read_job(file)
            except FileNotFoundError:  # done by another process
                continue
            except OSError as exc:
                _log.warning("%s cannot be read: %s", file, exc)
                notes.all_read = False
            except NoJob as exc:
                _log.warning("%s is no download: %s", file, exc)
                with suppress(OSError):
                    file.unlink()
            else:
                notes.newer.append(job) if isinstance(job, NewerJob) else notes.jobs.append(job)
        return notes

    def _read(self, job: DownloadJob) -> DownloadJob | NewerJob | None:
        """Raises OSError when it is there and cannot be read."""
        try:
            return read_job(self._file(job.key))
        except (FileNotFoundError, NoJob):
            return None

    def _remove(self, sha256: str) -> None:
        lock = self.folder / f"{sha256}.lock"
        try:
            held = filelock.FileLock(lock)
            held.acquire(timeout=0)
            try:
                for file in self.folder.glob(f"*{sha256}*"):
                    if file != lock:
                        file.unlink(missing_ok=True)
            finally:
                _end(held)
        except (filelock.Timeout, OSError) as exc:
            _log.info("%s stays: %s", lock.stem, exc)

    def _remove_of_job(self, file: Path) -> None:
        try:
            if file.suffix == ".lock":
                held = filelock.FileLock(file)
                held.acquire(timeout=0)
                _end(held)
                return
            if time.time() - file.stat().st_mtime < _LEFT_BEHIND_S:
                return
            file.unlink(missing_ok=True)
        except (filelock.Timeout, OSError) as exc:
            _log.info("%s stays: %s", file.name, exc)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.job"


def _end(lock: filelock.BaseFileLock) -> None:
    """Release it for good. Its file goes while it is held: afterwards it may already be another's lock."""
    with suppress(OSError):  # Windows removes no open file
        Path(lock.lock_file).unlink()
    lock.release()
    if sys.platform == "win32":  # nor one that another has open
        with suppress(OSError):
            Path(lock.lock_file).unlink()


def _age(file: Path) -> tuple[float, str]:
    try:
        return file.stat().st_mtime, file.name
    except OSError:
        return 0.0, file.name
