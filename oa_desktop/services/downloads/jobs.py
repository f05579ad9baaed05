"""Downloads that are not done yet, each noted in a small file, so that they outlive the app."""

import hashlib
import json
import logging
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import filelock

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import StorageError

_log = logging.getLogger(__name__)

_VERSION = 1
_MOST_BYTES = 1 << 20
_CONTENT = re.compile(r"\.?([0-9a-f]{64})\.(part|json|lock)\b")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_NO_JOB = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What reading a file raises that is not one of ours."""


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """A model to download: one file, or all parts of a split one in order.

    paths: in the repository; somebody's words, never used as a path here.
    revision: a branch, or the commit once the hub told it. sha256: of the files, once it did.
    pinned_sha256: what the catalogue says they are at this very commit; empty when it does not.
    paused: by a person, or by trouble; it does not go on by itself. trouble: code, title and hint of that.
    """

    repo: str
    paths: tuple[str, ...]
    revision: str = "main"
    title: str = ""
    size_bytes: int = 0
    sha256: tuple[str, ...] = ()
    pinned_sha256: tuple[str, ...] = ()
    paused: bool = False
    trouble: tuple[str, str, str] | None = None

    @property
    def key(self) -> str:
        """The same for the same files of the same repository."""
        identity = "\0".join((self.repo, *self.paths))
        return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class JobFolder:
    """`.downloads` in the folder for models: jobs, and the parts of files that came so far."""

    def __init__(self, models: Path) -> None:
        self.folder = models / ".downloads"

    def save(self, job: DownloadJob) -> None:
        """Raises StorageError."""
        content = json.dumps({"version": _VERSION, **asdict(job)}).encode("ascii")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._file(job), content)
        except OSError as exc:
            raise StorageError(
                "download-not-noted",
                "The download cannot be noted down.",
                detail=str(exc),
                hint="Check the permissions of the folder for models and the space on its disk.",
            ) from exc

    def change(self, job: DownloadJob, **changes: Any) -> DownloadJob:
        """Change what is noted of it, which may be more than the caller knows. Raises StorageError."""
        changed = replace(self.noted(job) or job, **changes)
        self.save(changed)
        return changed

    def load(self) -> tuple[DownloadJob, ...]:
        """All of them, the oldest first; one that makes no sense is left out and removed."""
        return self._loaded()[0]

    def _loaded(self) -> tuple[tuple[DownloadJob, ...], bool]:
        """Also whether these are all: a file that the system does not let be read may be another."""
        jobs, all_read = [], True
        for file in sorted(self.folder.glob("*.job"), key=_age):
            try:
                jobs.append(_parsed(file))
            except FileNotFoundError:  # done by another process
                continue
            except OSError as exc:
                _log.warning("%s cannot be read: %s", file, exc)
                all_read = False
            except _NO_JOB as exc:
                _log.warning("%s is no download: %s", file, exc)
                with suppress(OSError):
                    file.unlink()
        return tuple(jobs), all_read

    def forget(self, job: DownloadJob) -> None:
        """It is done. Its lock files stay for `clean`, as another process may be waiting for them."""
        self._file(job).unlink(missing_ok=True)

    def discard(self, job: DownloadJob) -> None:
        """Nothing of it is to be left; nobody may be downloading it."""
        self.forget(job)
        others, all_read = self._loaded()
        wanted = {sha256 for other in others for sha256 in other.sha256}
        for sha256 in set(job.sha256) - wanted if all_read else ():
            self._remove(sha256)

    def noted(self, job: DownloadJob) -> DownloadJob | None:
        """What is known of it on disk."""
        try:
            return _parsed(self._file(job))
        except (OSError, *_NO_JOB):
            return None

    def clean(self) -> None:
        """Remove what belongs to no job and is in nobody's hands."""
        jobs, all_read = self._loaded()
        if not all_read:
            return
        wanted = {sha256 for job in jobs for sha256 in job.sha256}
        found = {match[1] for file in self.folder.glob("*") if (match := _CONTENT.match(file.name))}
        for sha256 in found - wanted:
            self._remove(sha256)

    def _remove(self, sha256: str) -> None:
        lock = self.folder / f"{sha256}.lock"
        try:
            with filelock.FileLock(lock, timeout=0):
                for file in self.folder.glob(f"*{sha256}*"):
                    if file != lock:
                        file.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        except (filelock.Timeout, OSError) as exc:
            _log.info("%s stays: %s", lock.stem, exc)

    def _file(self, job: DownloadJob) -> Path:
        return self.folder / f"{job.key}.job"


def _age(file: Path) -> tuple[float, str]:
    try:
        return file.stat().st_mtime, file.name
    except OSError:
        return 0.0, file.name


def _parsed(file: Path) -> DownloadJob:
    if file.is_symlink() or file.stat().st_size > _MOST_BYTES:
        raise ValueError("not a job of ours")
    content = json.loads(file.read_bytes())
    if content.pop("version") != _VERSION:
        raise ValueError("of another version")
    job = DownloadJob(
        repo=_text(content["repo"]),
        paths=_texts(content["paths"]),
        revision=_text(content["revision"]),
        title=_text(content["title"]),
        size_bytes=max(0, int(content["size_bytes"])),
        sha256=_hashes(content["sha256"]),
        pinned_sha256=_hashes(content["pinned_sha256"]),
        paused=content["paused"] is True,
        trouble=None if content["trouble"] is None else _three(content["trouble"]),
    )
    if not job.paths or file.stem != job.key or len(job.sha256) not in (0, len(job.paths)):
        raise ValueError("does not hold together")
    return job


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in values)


def _hashes(values: Any) -> tuple[str, ...]:
    hashes = _texts(values)
    if not all(_SHA256.match(value) for value in hashes):
        raise ValueError("not hashes")
    return hashes


def _three(values: Any) -> tuple[str, str, str]:
    code, title, hint = _texts(values)
    return code, title, hint
