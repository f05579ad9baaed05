"""The list of imported models: one small JSON file beside the models."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import StorageError

_VERSION = 1
_MAX_FILE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A model the user imported. copied: the file is ours, else `path` is where the user keeps it."""

    id: str
    path: Path
    copied: bool


@dataclass(frozen=True, slots=True)
class Registry:
    """What is in the file."""

    models: tuple[ImportedModel, ...] = ()

    def with_model(self, model: ImportedModel) -> "Registry":
        """One more, or the same with another place."""
        return replace(self, models=(*(m for m in self.models if m.id != model.id), model))

    def without_model(self, model_id: str) -> "Registry":
        """One less."""
        return replace(self, models=tuple(m for m in self.models if m.id != model_id))


def load_registry(path: Path) -> Registry:
    """The registry at `path`; empty, and the file kept aside, when that is damaged. Raises StorageError."""
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise ValueError("too large")
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Registry()
    except (ValueError, TypeError, KeyError, RecursionError):
        _put_aside(path)
        return Registry()
    except OSError as exc:
        raise _storage_error("read", path, exc) from exc


def save_registry(path: Path, registry: Registry) -> None:
    """Replace the file. Raises StorageError; then the old one is untouched."""
    content = {
        "version": _VERSION,
        "models": [{"id": m.id, "path": str(m.path), "copied": m.copied} for m in registry.models],
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, json.dumps(content, indent=1).encode("ascii"))
    except OSError as exc:
        raise _storage_error("written", path, exc) from exc


def _parsed(content: Any) -> Registry:
    models = tuple(
        ImportedModel(_text(row["id"]), Path(_text(row["path"])), row["copied"] is True)
        for row in content["models"]
    )
    return Registry(models)


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("not a text")
    return value


def _put_aside(path: Path) -> None:
    kept = path.with_name(f"{path.stem}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    try:
        path.rename(kept)
    except OSError as exc:
        raise _storage_error("put aside", path, exc) from exc


def _storage_error(verb: str, path: Path, cause: OSError) -> StorageError:
    return StorageError(
        "model-list",
        f"The list of models cannot be {verb}: {path}",
        detail=str(cause),
        hint="Check the folder.",
    )
