"""Which files have to go so that the rest stays within its limits. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from oa_desktop.engine.resume.files import StateFile


@dataclass(frozen=True, slots=True)
class Limits:
    """size_bytes, files: the most of all models together.   spare_bytes: room on the disk we never take."""

    size_bytes: int
    files: int = 1024
    spare_bytes: int = 1 << 30


def to_evict(files: Iterable[StateFile], limits: Limits) -> list[StateFile]:
    """The least recently used ones, until what is left fits."""
    left = sorted(files, key=lambda file: (file.used_ns, file.folder, file.name), reverse=True)
    size_bytes = sum(file.size_bytes for file in left)
    gone = []
    while left and (size_bytes > limits.size_bytes or len(left) > limits.files):
        oldest = left.pop()
        size_bytes -= oldest.size_bytes
        gone.append(oldest)
    return gone


def has_room(files: Iterable[StateFile], limits: Limits, need_bytes: int, used_ns: int) -> bool:
    """Whether a file of `need_bytes` would outlive the eviction that follows it."""
    newer = [file for file in files if file.used_ns >= used_ns]
    size_bytes = sum(file.size_bytes for file in newer) + need_bytes
    return size_bytes <= limits.size_bytes and len(newer) < limits.files
