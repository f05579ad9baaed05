"""A download that is not done yet, as it is written down and read back. Nothing that is read is trusted."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oa_desktop.gguf.errors import printable

_VERSION = 1
_MOST_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_ANY_SHA256 = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
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


@dataclass(frozen=True, slots=True)
class NewerJob:
    """What a newer version of the app began. name: as far as it can be told. sha256: those it names."""

    key: str
    name: str
    sha256: frozenset[str]


class NoJob(Exception):
    """A file that is no job, or a damaged one."""


def written(job: DownloadJob) -> bytes:
    """The note of a job."""
    return json.dumps({"version": _VERSION, **asdict(job)}).encode("ascii")


def read_job(file: Path) -> DownloadJob | NewerJob:
    """The job that is noted in a file called by its key. Raises: NoJob, OSError."""
    try:
        if file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            raise NoJob("not a note of ours")
        note = file.read_bytes()
        content = json.loads(note)
        version = content.pop("version")
        if type(version) is int and version > _VERSION:
            return _newer(file.stem, content, note)
        if version != _VERSION:
            raise NoJob("of another version")
        job = _parsed(content)
    except _NO_JOB as exc:
        raise NoJob(str(exc)) from exc
    if not job.paths or file.stem != job.key or len(job.sha256) not in (0, len(job.paths)):
        raise NoJob("does not hold together")
    return job


def _newer(key: str, content: dict[str, Any], note: bytes) -> NewerJob:
    told = [content.get("title"), content.get("repo")]
    name = next((printable(text, 100) for text in told if isinstance(text, str) and text), "")
    return NewerJob(key, name, frozenset(match.decode() for match in _ANY_SHA256.findall(note)))


def _parsed(content: dict[str, Any]) -> DownloadJob:
    return DownloadJob(
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
