"""Whether the bytes of a model are those that were published, or at least those of the last time."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.errors import ModelError
from oa_desktop.gguf.errors import shown_name
from oa_desktop.gguf.opening import open_regular
from oa_desktop.services.library.model_copy import CHUNK_BYTES, Progress
from oa_desktop.services.library.model_rows import ModelNotes
from oa_desktop.services.library.model_source import HubSource

Cancelled = Callable[[], bool]
"""Looked at between pieces of work."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found, in one sentence. sha256: of every part, in lower-case hex.

    published: compared with what the hub published, rather than with what was noted here.
    repair: where the model can be downloaded again from when it is not `ok`; None when nobody knows.
    """

    ok: bool
    sentence: str
    sha256: tuple[str, ...]
    published: bool = False
    repair: HubSource | None = None


class VerifyCancelled(ModelError):
    """The person cancelled; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("cancelled", "Cancelled; nothing was changed.")


def hashes_of(
    parts: Sequence[Path], on_progress: Progress | None = None, cancelled: Cancelled = lambda: False
) -> tuple[str, ...]:
    """The SHA-256 of every file. Raises: VerifyCancelled, ModelError when one cannot be read to its end."""
    total, done, hashes = sum(map(_size, parts)), 0, []
    for part in parts:
        digest = hashlib.sha256()
        with open_regular(part) as (file, _):
            while chunk := _read(part, file.read):
                digest.update(chunk)
                done += len(chunk)
                if cancelled():
                    raise VerifyCancelled
                if on_progress is not None:
                    on_progress(done, max(total, done))
        hashes.append(digest.hexdigest())
    return tuple(hashes)


def judged(
    sha256: tuple[str, ...], source: HubSource | None, notes: ModelNotes, fingerprint: str, *, ours: bool
) -> Verified:
    """What these hashes mean. fingerprint: of the files. ours: nobody else has a reason to change them."""
    if source is not None:
        if sha256 == source.sha256:
            return Verified(True, "Every byte is as the hub published it.", sha256, published=True)
        if len(sha256) < len(source.sha256):
            missing = f"Only {len(sha256)} of {len(source.sha256)} parts are here. Download the model again."
            return Verified(False, missing, sha256, published=True, repair=source)
        sentence = f"{_which(sha256, source.sha256)} not as the hub published it. Download it again."
        return Verified(False, sentence, sha256, published=True, repair=source)
    if not notes.sha256 or (notes.seen != fingerprint and not ours):
        what = (
            "It is another file than the last time" if notes.sha256 else "No checksum is known for this file"
        )
        return Verified(True, f"{what}; its checksum is noted, to compare with the next time.", sha256)
    if notes.sha256 == sha256:
        return Verified(True, "Nothing has changed since its checksum was noted here.", sha256)
    sentence = f"{_which(sha256, notes.sha256)} no longer what it was. Get a new copy of the file."
    return Verified(False, sentence, sha256)


def _which(found: tuple[str, ...], expected: tuple[str, ...]) -> str:
    """Which parts differ, as the beginning of a sentence."""
    if len(expected) == 1 or len(found) != len(expected):
        return "The file is damaged: it is"
    wrong = [number for number, pair in enumerate(zip(found, expected, strict=True), 1) if pair[0] != pair[1]]
    numbers = ", ".join(map(str, wrong))
    if len(wrong) == 1:
        return f"Part {numbers} of {len(expected)} is damaged: it is"
    return f"Parts {numbers} of {len(expected)} are damaged: each is"


def _read(path: Path, read: Callable[[int], bytes]) -> bytes:
    try:
        return read(CHUNK_BYTES)
    except OSError as exc:
        raise ModelError(
            "model-unreadable",
            f"{shown_name(path)} cannot be read to its end.",
            detail=str(exc),
            hint="The disk may be failing; keep copies of what matters.",
        ) from exc


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
