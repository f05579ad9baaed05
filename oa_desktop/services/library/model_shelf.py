"""Changes to the list of models and to the files that are ours: both agree after a kill at any moment."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from oa_desktop.errors import ModelError, StorageError
from oa_desktop.presence import is_there
from oa_desktop.services.library.model_copy import Copies, free_targets, safe_stem, whole_name
from oa_desktop.services.library.model_file import fingerprint_of_all
from oa_desktop.services.library.model_folder import is_in, parts_beside
from oa_desktop.services.library.model_registry import Registry, RegistryLock, load_registry, save_registry
from oa_desktop.services.library.model_removal import WaitingFiles, elsewhere, is_still, kept_files, new_id
from oa_desktop.services.library.model_rows import ImportedModel, ModelNotes, RemovedModel
from oa_desktop.services.library.model_source import HubSource

_log = logging.getLogger(__name__)


class ModelShelf:
    """The list beside the models. One shelf may be used from several threads and beside other processes.

    Methods raise StorageError when the list cannot be read or written.
    """

    def __init__(self, folder: Path, lock: Path, taken: str) -> None:
        self._folder = folder
        self._path = folder / "models.json"
        self._lock = RegistryLock(lock)
        self._taken = taken
        self._waiting = WaitingFiles(folder)

    def read(self) -> Registry:
        """The list as it is now."""
        return load_registry(self._path)

    def note(self, ref: str, change: Callable[[ModelNotes], ModelNotes]) -> None:
        """Change what is noted about a model."""
        with self._lock:
            registry = self.read()
            save_registry(self._path, registry.with_notes(ref, change(registry.notes_on(ref))))

    def link(self, path: Path) -> ImportedModel:
        """The row for a file that stays where it is; the one there is, when it is on the list already."""
        with self._lock:
            registry = self.read()
            known = next((model for model in registry.models if model.path == path), None)
            model = known or ImportedModel(self._free_id(registry, path.name), path, copied=False)
            if known is None:
                save_registry(self._path, registry.with_model(model))
            return model

    def place(self, copies: Copies) -> ImportedModel:
        """The row for copies that now stay. Raises OSError as well; then they do not."""
        with self._lock:
            registry = self.read()
            targets = copies.place()
            model = ImportedModel(self._free_id(registry, copies.parts[0].name), targets[0], copied=True)
            notes = ModelNotes(sha256=copies.sha256, seen=fingerprint_of_all(targets))
            try:
                save_registry(self._path, registry.with_model(model).with_notes(model.id, notes))
            except StorageError:
                for target in targets:
                    target.unlink(missing_ok=True)
                raise
            return model

    def add(
        self, parts: Sequence[Path], source: HubSource, instead_of: str | None, *, ours: bool
    ) -> ImportedModel:
        """The row for the files of `source`. Those of the model `instead_of` are deleted when they are ours.

        ours: they were downloaded by this app, else they are where another program keeps them.
        """
        with self._lock:
            registry = self.read()
            old = registry.model(instead_of) if instead_of else None
            same = next((model for model in registry.models if model.path == parts[0]), None)
            old = old or same
            model_id = old.id if old is not None else self._free_id(registry, _file_name(source))
            model = ImportedModel(model_id, parts[0], copied=ours, downloaded=ours, source=source)
            if old is not None:
                model = replace(model, unknown=old.unknown)
            seen = fingerprint_of_all(parts)
            notes = replace(registry.notes_on(model_id), sha256=source.sha256, seen=seen, damaged="")
            registry = registry.with_model(model).with_notes(model_id, notes)
            left = self._left_over(old, parts)
            if left is not None:
                registry = registry.with_removal(left)
            save_registry(self._path, registry)
            if left is not None:
                self._erase(registry, left)
            return model

    def drop(self, parts: Sequence[Path], ref: str) -> None:
        """Delete files of ours that are on no list: the same as another model, `ref`."""
        with self._lock:
            removed = RemovedModel(new_id(), ref, kept_files(parts), None, None)
            registry = self.read().with_removal(removed)
            save_registry(self._path, registry)
            self._erase(registry, removed)

    def remove(self, ref: str, files: Sequence[Path]) -> RemovedModel:
        """Take a model off the list and its files out of sight. Raises ModelError: nothing has changed."""
        with self._lock:
            before = self.read()
            notes = before.notes.get(ref)
            removed = RemovedModel(new_id(), ref, kept_files(files), before.model(ref), notes)
            after = before.without_model(ref).with_notes(ref, None).with_removal(removed)
            save_registry(self._path, after)
            try:
                if removed.files:
                    self._waiting.take(removed)
            except ModelError:
                save_registry(self._path, before)
                raise
            return removed

    def put_back(self, removal_id: str) -> RemovedModel:
        """Undo a removal. The files are where they lay, or under free names when others lie there now."""
        with self._lock:
            registry = self.read()
            removed = registry.removal(removal_id)
            if removed is None:
                raise ModelError("model-purged", "The model was deleted for good and cannot be put back.")
            if any(is_there(file.path) and not is_still(file) for file in removed.files):
                self._waiting.take(removed)
                removed = elsewhere(
                    removed, free_targets(self._folder, [file.path for file in removed.files])
                )
                registry = registry.with_removal(removed)
                save_registry(self._path, registry)
            self._waiting.put_back(removed)
            ref, model = removed.ref, removed.model
            if model is not None and registry.model(ref) is not None:
                ref = self._free_id(registry, ref)
                model = replace(model, id=ref)
            elif model is None and removed.files:
                ref = removed.files[0].path.relative_to(self._folder).as_posix()
            registry = registry.without_removal(removal_id).with_notes(ref, removed.notes)
            save_registry(self._path, registry if model is None else registry.with_model(model))
            return replace(removed, ref=ref, model=model)

    def purge(self, removal_id: str) -> None:
        """Delete what one removal keeps; nothing when that was done already."""
        with self._lock:
            registry = self.read()
            removed = registry.removal(removal_id)
            if removed is not None:
                self._erase(registry, removed)

    def purge_all(self) -> None:
        """Delete what all removals keep, as far as that can be done now."""
        with self._lock:
            registry = self.read()
            for removed in registry.removed:
                try:
                    registry = self._erase(registry, removed)
                except StorageError as error:
                    _log.warning("%s %s", error.title, error.detail)
            self._waiting.erase_all_but(registry.removed)

    def clear_leftovers(self) -> None:
        """Delete half-written lists of killed processes. Raises nothing."""
        with suppress(OSError, StorageError):
            if any(self._folder.glob(".models.json.*.tmp")):
                with self._lock:
                    for file in self._folder.glob(".models.json.*.tmp"):
                        file.unlink()

    def _erase(self, registry: Registry, removed: RemovedModel) -> Registry:
        self._waiting.erase(removed)
        registry = registry.without_removal(removed.id)
        save_registry(self._path, registry)
        self._waiting.forget(removed.id)
        return registry

    def _left_over(self, old: ImportedModel | None, parts: Sequence[Path]) -> RemovedModel | None:
        """The files of a model that others now stand for; None when nothing of ours is left of it."""
        if old is None or not old.copied:
            return None
        files = [file for file in parts_beside(old.path) if file not in parts and is_in(self._folder, file)]
        kept = kept_files(files)
        return RemovedModel(new_id(), old.id, kept, None, None) if kept else None

    def _free_id(self, registry: Registry, name: str) -> str:
        base = safe_stem(whole_name(name)).lower()
        taken = {model.id for model in registry.models} | {self._taken}
        free, number = base, 1
        while free in taken:
            number += 1
            free = f"{base}-{number}"
        return free


def _file_name(source: HubSource) -> str:
    return source.path.replace("\\", "/").rsplit("/", 1)[-1]
