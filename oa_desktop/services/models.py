"""The models a person can chat with: the tour model, those in the app's folder, and imported ones.

Methods read the disk and block for up to a second each (copying takes as long as it takes): call them through
`asyncio.to_thread`. One library may be used from several threads.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from oa_desktop.errors import ModelError, UsageError
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.errors import ModelMissing, printable, shown_name
from oa_desktop.gguf.fit import MemoryNeed, memory_need, require_fit
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.paths import AppPaths, tour_model
from oa_desktop.services.load_marks import LoadMarks
from oa_desktop.services.machine import available_bytes
from oa_desktop.services.model_copy import Progress, copy_into, remove_leftovers, safe_stem
from oa_desktop.services.model_file import ModelExaminer, ModelFile, Origin, fingerprint_of
from oa_desktop.services.model_registry import ImportedModel, Registry, load_registry, save_registry
from oa_desktop.services.model_removal import Removal
from oa_desktop.services.model_source import HubSource
from oa_desktop.services.model_verifying import Cancelled, Verified

TOUR_REF = "tour"
_FOLDER_PATTERNS = ("*.gguf", "*/*.gguf", "*/*/*.gguf")
_MOST_IN_FOLDER = 500


class ModelLibrary:
    """Finds, imports and removes models. The tour model is always there and cannot be removed."""

    def __init__(self, paths: AppPaths, tour: Path | None = None) -> None:
        self._folder = paths.models
        self._registry_path = paths.models / "models.json"
        self._tour = tour or tour_model()
        self._lock = threading.Lock()
        self._examine = ModelExaminer()
        self._marks = LoadMarks(paths.models / ".loading")
        if self._folder.is_dir():
            remove_leftovers(self._folder)

    def list_models(self) -> tuple[ModelFile, ...]:
        """All known models, the tour model first; damaged and missing ones carry their `problem`."""
        registry = load_registry(self._registry_path)
        found = [self._examined(TOUR_REF, self._tour, Origin.TOUR)]
        found += [self._examined(m.id, m.path, _origin(m)) for m in registry.models]
        known = {part for model in found for part in model.parts}
        found += [model for model in self._in_folder() if model.path not in known]
        return tuple(found)

    def resolve(self, ref: str) -> ModelFile:
        """The usable model for `tour`, an id, a file name or a path.

        Raises: children of ModelError, with the reason it cannot be used.
        """
        model = self.show(ref)
        if model.problem is not None:
            raise model.problem
        return model

    def show(self, ref: str) -> ModelFile:
        """As `resolve`, but a model that is known and cannot be used is returned with its problem."""
        ref = ref.strip() or TOUR_REF
        if ref == TOUR_REF:
            return self._examined(TOUR_REF, self._tour, Origin.TOUR)
        path = _as_path(ref)
        models = self.list_models()
        for model in models:
            if ref == model.ref or (path is not None and path in model.parts):
                return model
        if path is None or not path.is_file():
            for model in models:
                if ref.lower() in (model.path.name.lower(), model.path.stem.lower(), model.ref.lower()):
                    return model
        if path is not None and (path.exists() or len(Path(ref).parts) > 1):
            return self._examined(str(path), path, Origin.PATH)
        raise ModelMissing(
            "model-missing",
            f"There is no model {printable(ref)}.",
            hint="Choose one of the list, or give the path of a .gguf file.",
        )

    def import_model(
        self, path: Path, *, copy: bool = False, on_progress: Progress | None = None
    ) -> ModelFile:
        """Add a model file that is on this machine, linked where it lies or copied into the app's folder.

        Linking a file twice gives the same model. Raises: ModelError, and nothing is added; StorageError.
        """
        path = _as_path(str(path)) or path
        checked = check_model(path)
        if path.is_relative_to(self._folder):
            return self.show(str(path))
        parts = checked.parts
        if copy:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            parts = copy_into(self._folder, checked.parts, on_progress)
        with self._lock:
            registry = load_registry(self._registry_path)
            known = next((m for m in registry.models if m.path == parts[0]), None)
            model = known or ImportedModel(_free_id(registry, parts[0]), parts[0], copied=copy)
            if known is None:
                save_registry(self._registry_path, registry.with_model(model))
        return self.show(model.id)

    def add_downloaded(self, parts: tuple[Path, ...], source: HubSource) -> ModelFile:
        """Add verified files that lie in the app's folder, or put them in place of a damaged model.

        Raises: ModelError when they are no model, and nothing is added; StorageError.
        """
        raise NotImplementedError

    def with_hashes(self, sha256: Sequence[str]) -> ModelFile | None:
        """The usable model that has these published hashes, in the order of its parts."""
        raise NotImplementedError

    def verify(
        self, ref: str, on_progress: Progress | None = None, cancelled: Cancelled = lambda: False
    ) -> Verified:
        """Read the whole model and compare it with the published hash, else with what was noted before.

        Raises: VerifyCancelled; ModelError when it is missing or cannot be read.
        """
        raise NotImplementedError

    def configure(self, ref: str, **changes: object) -> ModelFile:
        """Change the settings of one model; None takes one back.

        Raises: UsageError for an unknown name or a wrong value, ModelMissing, StorageError.
        """
        raise NotImplementedError

    def undo_remove(self, removal: Removal) -> ModelFile:
        """Put everything back: the files, the entry, its settings. Raises ModelError when it was purged."""
        raise NotImplementedError

    def purge(self, removal: Removal) -> None:
        """Delete what a removal keeps; it cannot be undone any more. Raises StorageError."""
        raise NotImplementedError

    def purge_removed(self) -> None:
        """Delete what earlier runs removed. Only for the start of the window, when nobody can undo."""
        raise NotImplementedError

    def remove(self, ref: str, *, delete_file: bool = False) -> Removal:
        """Take a model off the list; `undo_remove` puts it back. A linked file stays where it is.

        Files of the app wait in a folder of their own until they are purged.
        delete_file: needed for a file that merely lies in the app's folder, where forgetting means deleting.
        Raises: UsageError for the tour model or a bare path, ModelError when a file cannot be moved,
        StorageError.
        """
        model = self.show(ref)
        if model.origin in (Origin.TOUR, Origin.PATH):
            raise UsageError("model-kept", f"{model.name} is not an imported model and stays where it is.")
        if model.origin is Origin.FOLDER and not delete_file:
            raise UsageError(
                "model-kept",
                f"{model.name} lies in the app's folder; removing it deletes the file.",
                hint="Confirm that it may be deleted.",
            )
        with self._lock:
            registry = load_registry(self._registry_path).without_model(model.ref)
            save_registry(self._registry_path, registry)
        if model.origin is not Origin.LINKED:
            _delete(model.parts)
        return Removal("", model, 0)

    def note_loading(self, model: ModelFile) -> None:
        """This file is being loaded; should that never end, it is `crashed`. Raises StorageError."""
        self._marks.set(fingerprint_of(model.path))

    def note_loaded(self, model: ModelFile) -> None:
        """It loaded, or was never really tried. Raises StorageError."""
        self._marks.clear(fingerprint_of(model.path))

    def require_fit(
        self,
        model: ModelFile,
        context_tokens: int = 0,
        *,
        device_bytes: int = 0,
        kv_type: KvType = KvType.F16,
    ) -> MemoryNeed:
        """What the model needs with this context (0: its usual one).

        device_bytes: free memory of a graphics card the engine will use, on top of the machine's.
        Raises: ModelTooLarge, with both numbers, when this machine has less memory free now.
        """
        if model.facts is None:
            raise model.problem or ModelMissing("model-missing", f"{model.name} cannot be used.")
        context = context_tokens or model.context_tokens
        need = memory_need(model.facts, context, weights_bytes=model.size_bytes, kv_type=kv_type)
        require_fit(model.facts, need, context, available_bytes() + device_bytes)
        return need

    def _in_folder(self) -> list[ModelFile]:
        root = Path(os.path.realpath(self._folder))
        files = sorted({file for pattern in _FOLDER_PATTERNS for file in self._folder.glob(pattern)})
        found = []
        for file in files[:_MOST_IN_FOLDER]:
            inside = Path(os.path.realpath(file)).is_relative_to(root)
            if file.name.startswith(".") or not inside or not file.is_file():
                continue
            model = self._examined(file.relative_to(self._folder).as_posix(), file, Origin.FOLDER)
            if model.problem is None or model.problem.code not in ("model-parts", "model-not-chat"):
                found.append(model)
        return found

    def _examined(self, ref: str, path: Path, origin: Origin) -> ModelFile:
        model = self._examine(ref, path, origin)
        return replace(model, crashed=self._marks.has(fingerprint_of(path)))


def _origin(model: ImportedModel) -> Origin:
    return Origin.IMPORTED if model.copied else Origin.LINKED


def _as_path(ref: str) -> Path | None:
    try:
        return Path(ref).expanduser().absolute() if "\0" not in ref else None
    except RuntimeError:  # "~" without a home
        return None


def _free_id(registry: Registry, path: Path) -> str:
    base = safe_stem(path.name).lower()
    taken = {model.id for model in registry.models} | {TOUR_REF}
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _delete(parts: tuple[Path, ...]) -> None:
    for part in parts:
        try:
            part.unlink(missing_ok=True)
        except OSError as exc:
            raise ModelError(
                "model-not-deleted", f"{shown_name(part)} could not be deleted.", detail=str(exc)
            ) from exc
