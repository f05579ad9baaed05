"""The list of imported models: one small JSON file beside the models, changed by one process at a time."""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import filelock

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import StorageError
from oa_desktop.services.library.model_rows import (
    ImportedModel,
    ModelNotes,
    RemovedModel,
    Row,
    model_of,
    notes_of,
    removed_of,
    row_of,
    row_of_notes,
    row_of_removed,
)

_log = logging.getLogger(__name__)

_VERSION = 2
_MAX_FILE_BYTES = 16 << 20
LOCK_S = 10.0
_NO_NOTES = ModelNotes()


@dataclass(frozen=True, slots=True)
class Registry:
    """What is in the file. notes: by ref, also of models that are in no row. version: of what wrote it."""

    models: tuple[ImportedModel, ...] = ()
    notes: Mapping[str, ModelNotes] = field(default_factory=dict)
    removed: tuple[RemovedModel, ...] = ()
    version: int = _VERSION
    unknown: Row = field(default_factory=dict)

    def model(self, model_id: str) -> ImportedModel | None:
        """The row with this id."""
        return next((model for model in self.models if model.id == model_id), None)

    def with_model(self, model: ImportedModel) -> "Registry":
        """One more, or the same with other facts in the same place."""
        if self.model(model.id) is None:
            return replace(self, models=(*self.models, model))
        return replace(self, models=tuple(model if m.id == model.id else m for m in self.models))

    def without_model(self, model_id: str) -> "Registry":
        """One less."""
        return replace(self, models=tuple(m for m in self.models if m.id != model_id))

    def notes_on(self, ref: str) -> ModelNotes:
        """What is noted about a model; nothing for an unknown one."""
        return self.notes.get(ref, _NO_NOTES)

    def with_notes(self, ref: str, notes: ModelNotes | None) -> "Registry":
        """Other notes, or none."""
        rest = {name: kept for name, kept in self.notes.items() if name != ref}
        return replace(self, notes=rest if notes in (None, _NO_NOTES) else {**rest, ref: notes})

    def removal(self, removal_id: str) -> RemovedModel | None:
        """The removal with this id, None when it was undone or purged."""
        return next((row for row in self.removed if row.id == removal_id), None)

    def with_removal(self, removed: RemovedModel) -> "Registry":
        """One more, or the same with other facts."""
        return replace(self, removed=(*self.without_removal(removed.id).removed, removed))

    def without_removal(self, removal_id: str) -> "Registry":
        """One less."""
        return replace(self, removed=tuple(row for row in self.removed if row.id != removal_id))


class RegistryLock:
    """Held while the list is read, changed and written: by one thread of one process at a time.

    On a file system without locks only this process is kept in order. Raises StorageError when another
    process holds it for long.
    """

    def __init__(self, path: Path) -> None:
        self._threads = threading.Lock()
        self._file = filelock.FileLock(path, thread_local=False)

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            self._file.acquire(timeout=LOCK_S)
        except filelock.Timeout as exc:
            self._threads.release()
            raise StorageError(
                "model-list-busy",
                "Another window or command is changing the list of models.",
                hint="Try again when it is done.",
            ) from exc
        except (OSError, NotImplementedError) as exc:
            _log.warning("The list of models cannot be locked: %s", exc)

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        try:
            if self._file.is_locked:
                self._file.release()
        finally:
            self._threads.release()


def load_registry(path: Path) -> Registry:
    """The registry at `path`; empty, and the file kept aside, when that is damaged. Raises StorageError."""
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise ValueError("too large")
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Registry()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        _put_aside(path)
        return Registry()
    except OSError as exc:
        raise _storage_error("read", path, exc) from exc


def save_registry(path: Path, registry: Registry) -> None:
    """Replace the file. Raises StorageError; then the old one is untouched."""
    content: dict[str, Any] = {
        **registry.unknown,
        "version": max(registry.version, _VERSION),
        "models": [row_of(model) for model in registry.models],
    }
    if notes := {ref: row for ref, kept in registry.notes.items() if (row := row_of_notes(kept))}:
        content["notes"] = notes
    if registry.removed:
        content["removed"] = [row_of_removed(removed) for removed in registry.removed]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, json.dumps(content, indent=1).encode("ascii"))
    except OSError as exc:
        raise _storage_error("written", path, exc) from exc


def _parsed(content: Any) -> Registry:
    rest = dict(content)
    version = rest.pop("version", 1)
    return Registry(
        tuple(model_of(row) for row in rest.pop("models")),
        {ref: notes_of(row) for ref, row in rest.pop("notes", {}).items()},
        tuple(removed_of(row) for row in rest.pop("removed", ())),
        version if type(version) is int else _VERSION,
        rest,
    )


def _put_aside(path: Path) -> None:
    kept = path.with_name(f"{path.stem}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    try:
        path.rename(kept)
    except FileNotFoundError:  # another process was quicker
        return
    except OSError as exc:
        raise _storage_error("put aside", path, exc) from exc


def _storage_error(verb: str, path: Path, cause: OSError) -> StorageError:
    return StorageError(
        "model-list",
        f"The list of models cannot be {verb}: {path}",
        detail=str(cause),
        hint="Check the folder.",
    )
