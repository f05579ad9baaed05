"""Copy model files into the app's folder under names of our own making; all of them arrive, or none."""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.errors import ModelError
from oa_desktop.gguf.errors import decimal_size, shown_name
from oa_desktop.services.machine import process_exists

CHUNK_BYTES = 4 << 20
SPARE_BYTES = 1_000_000_000
"""Free space that must be left on the disk."""

_TEMPORARY = re.compile(r"\.importing-(?P<pid>\d+)-.*\.tmp\Z")
_PART = re.compile(r"-\d{5}-of-\d{5}\Z")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z")

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all; raise from it to cancel."""


def whole_name(name: str) -> str:
    """The name of a model, from that of one of its parts."""
    suffix = Path(name).suffix
    return _PART.sub("", name.removesuffix(suffix)) + suffix


def safe_stem(name: str) -> str:
    """A file name without suffix that is plain on every system, from any name."""
    stem = re.sub(r"\.gguf\Z", "", name, flags=re.IGNORECASE)
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", stem).strip(".-")[:100].rstrip(".-")
    return f"model-{plain}".rstrip("-") if not plain or _RESERVED.match(plain) else plain


@dataclass(frozen=True, slots=True)
class Copies:
    """Whole copies under temporary names, with the names and the hashes of what was copied."""

    folder: Path
    parts: tuple[Path, ...]
    temporaries: tuple[Path, ...]
    sha256: tuple[str, ...]

    def place(self) -> tuple[Path, ...]:
        """Give them names that are free. One process at a time may do this. Raises OSError."""
        targets = free_targets(self.folder, self.parts)
        for temporary, target in zip(self.temporaries, targets, strict=True):
            temporary.rename(target)
        return targets


@contextmanager
def copied(folder: Path, parts: Sequence[Path], on_progress: Progress | None = None) -> Iterator[Copies]:
    """Copies of `parts` in `folder`, in order, for as long as this is open; `place` makes them stay.

    Raises: ModelError when the disk is too small or a file cannot be read; then nothing is left behind.
    """
    total = sum(part.stat().st_size for part in parts)
    _require_space(folder, total, parts[0])
    token = secrets.token_hex(4)
    temporaries = [folder / f".importing-{os.getpid()}-{token}-{number}.tmp" for number in range(len(parts))]
    done, hashes = 0, []
    try:
        for part, temporary in zip(parts, temporaries, strict=True):
            done, sha256 = _copy(part, temporary, done, total, on_progress)
            hashes.append(sha256)
        yield Copies(folder, tuple(parts), tuple(temporaries), tuple(hashes))
    except OSError as exc:
        raise ModelError(
            "model-not-copied",
            f"{shown_name(parts[0])} could not be copied.",
            detail=str(exc),
            hint="Free some space, or import it without copying.",
        ) from exc
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete half copies whose process is gone."""
    for file in folder.glob(".importing-*.tmp"):
        match = _TEMPORARY.match(file.name)
        if match is not None and not process_exists(int(match["pid"])):
            with suppress(OSError):  # in a folder that cannot be written they stay
                file.unlink()


def _require_space(folder: Path, size_bytes: int, model: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < size_bytes + SPARE_BYTES:
        raise ModelError(
            "disk-full",
            f"{shown_name(model)} needs {decimal_size(size_bytes)}; the disk has {decimal_size(free)} free.",
            hint="Free some space, or import it without copying.",
        )


def free_targets(folder: Path, parts: Sequence[Path]) -> tuple[Path, ...]:
    """Names in `folder` of which none is taken, whatever its case.

    The parts of a model keep their numbers, which llama.cpp reads.
    """
    first = parts[0].stem
    numbers = [match[0] if (match := _PART.search(part.stem)) and len(parts) > 1 else "" for part in parts]
    base = safe_stem(_PART.sub("", first) if len(parts) > 1 else first)
    taken = {file.name.lower() for file in folder.iterdir()}
    attempt, stem = 1, base
    while any(f"{stem}{number}.gguf".lower() in taken for number in numbers):
        attempt += 1
        stem = f"{base}-{attempt}"
    return tuple(folder / f"{stem}{number}.gguf" for number in numbers)


def _copy(source: Path, target: Path, done: int, total: int, on_progress: Progress | None) -> tuple[int, str]:
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(CHUNK_BYTES):
            writer.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if on_progress is not None:
                on_progress(done, total)
        writer.flush()
        os.fsync(writer.fileno())
    return done, digest.hexdigest()
