"""A model as the app sees it, and the examination that makes one out of a path."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from oa_desktop.errors import ModelError
from oa_desktop.gguf.check import CheckedModel, check_model
from oa_desktop.gguf.errors import shown_name
from oa_desktop.gguf.facts import ModelFacts
from oa_desktop.gguf.fit import default_context
from oa_desktop.services.library.model_settings import NO_SETTINGS, ModelSettings
from oa_desktop.services.library.model_source import HubSource


class Origin(StrEnum):
    """Where a model came from, which decides what removing it means."""

    TOUR = "tour"
    IMPORTED = "imported"
    LINKED = "linked"
    FOLDER = "folder"
    PATH = "path"
    DOWNLOADED = "downloaded"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model. ref: what `resolve` takes. parts: all files. facts: None when `problem` says why.

    crashed: the last load of this very file took the engine down; do not load it unasked.
    source: where on the hub it is from, when that is known. settings: what a person set for this model.
    """

    ref: str
    name: str
    path: Path
    parts: tuple[Path, ...]
    size_bytes: int
    origin: Origin
    facts: ModelFacts | None
    problem: ModelError | None = None
    crashed: bool = False
    source: HubSource | None = None
    settings: ModelSettings = NO_SETTINGS

    @property
    def context_tokens(self) -> int:
        """The context to open it with when the settings do not say."""
        return default_context(self.facts) if self.facts is not None else 0


class ModelExaminer:
    """Checks files and remembers the good ones for as long as they do not change."""

    def __init__(self) -> None:
        self._good: dict[str, CheckedModel] = {}

    def __call__(self, ref: str, path: Path, origin: Origin) -> ModelFile:
        """The model at `path`, with facts or with the problem; never raises for a bad file."""
        fingerprint = fingerprint_of(path)
        checked = self._good.get(fingerprint) if fingerprint else None
        try:
            if checked is None or not all(part.is_file() for part in checked.parts):
                checked = check_model(path)
            size = sum(part.stat().st_size for part in checked.parts)
        except ModelError as problem:
            return ModelFile(ref, shown_name(path), path, (path,), _size(path), origin, None, problem)
        except OSError as exc:  # deleted between the check and now
            gone = ModelError("model-missing", f"There is no model file {shown_name(path)}.", detail=str(exc))
            return ModelFile(ref, shown_name(path), path, (path,), 0, origin, None, gone)
        if fingerprint:  # else it came between the two looks at it
            self._good[fingerprint] = checked
        return ModelFile(ref, checked.facts.name, path, checked.parts, size, origin, checked.facts)


def fingerprint_of_all(parts: Sequence[Path]) -> str:
    """As `fingerprint_of`, of all files of a model. Empty: not all are there."""
    prints = [fingerprint_of(part) for part in parts]
    if len(prints) == 1 or not all(prints):
        return prints[0] if all(prints) else ""
    return hashlib.sha256("".join(prints).encode("ascii")).hexdigest()


def fingerprint_of(path: Path) -> str:
    """Names this file as it is now: a new download under the same name is another. Empty: no file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ""
    identity = f"{path}\0{status.st_size}\0{status.st_mtime_ns}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(identity).hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
