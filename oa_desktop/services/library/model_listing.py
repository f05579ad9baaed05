"""Which models there are: the tour model, those on the list, and what lies in the app's folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from oa_desktop.errors import StorageError
from oa_desktop.gguf.errors import ModelDamaged, ModelMissing, printable
from oa_desktop.near_names import nearest
from oa_desktop.paths import AppPaths, tour_model
from oa_desktop.presence import is_file, is_there
from oa_desktop.services.library.load_marks import LoadMarks
from oa_desktop.services.library.model_file import (
    ModelExaminer,
    ModelFile,
    Origin,
    fingerprint_of,
    fingerprint_of_all,
)
from oa_desktop.services.library.model_folder import files_in, parts_beside
from oa_desktop.services.library.model_registry import Registry
from oa_desktop.services.library.model_removal import is_still
from oa_desktop.services.library.model_shelf import ModelShelf
from oa_desktop.services.library.model_source import HubSource

TOUR_REF = "tour"
_HIDDEN_IN_FOLDER = "model-not-chat"


class ModelListing:
    """Finds models and says what is known of them. Methods block for up to a second."""

    def __init__(self, paths: AppPaths, tour: Path | None = None) -> None:
        self._folder = paths.models
        self._tour = tour or tour_model()
        self._shelf = ModelShelf(paths.models, paths.data / "models.lock", TOUR_REF)
        self._marks = LoadMarks(paths.models / ".loading")
        self._examine = ModelExaminer()

    def list_models(self) -> tuple[ModelFile, ...]:
        """All known models, the tour model first; damaged and missing ones carry their `problem`."""
        registry = self._shelf.read()
        found = [self._examined(TOUR_REF, self._tour, Origin.TOUR, registry)]
        found += [self._examined(m.id, m.path, m.origin, registry, m.source) for m in registry.models]
        gone = {file.path for removed in registry.removed for file in removed.files if is_still(file)}
        known = {part for model in found for part in (*model.parts, *parts_beside(model.path))}
        for file in files_in(self._folder, known | gone):
            ref = file.relative_to(self._folder).as_posix()
            model = self._examined(ref, file, Origin.FOLDER, registry)
            if model.problem is None or model.problem.code != _HIDDEN_IN_FOLDER:
                found.append(model)
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
            return self._examined(TOUR_REF, self._tour, Origin.TOUR, self._readable())
        path = as_path(ref)
        models = self.list_models()
        for model in models:
            if ref == model.ref or (path is not None and path in model.parts):
                return model
        if path is None or not is_file(path):
            for model in models:
                if ref.lower() in (model.path.name.lower(), model.path.stem.lower(), model.ref.lower()):
                    return model
        if path is not None and (is_there(path) or len(Path(ref).parts) > 1):
            return self._examined(str(path), path, Origin.PATH, Registry())
        near = nearest(ref, [model.ref for model in models])
        raise ModelMissing(
            "model-unknown",
            f"There is no model {printable(ref)}.",
            hint=f"Did you mean {printable(near)}?"
            if near
            else "Choose one of the list, or give the path of a .gguf file.",
        )

    def listed_files(self) -> frozenset[Path]:
        """The files of the models on the list, damaged ones too. Raises StorageError."""
        models = self._shelf.read().models
        return frozenset(file for model in models for file in (model.path, *parts_beside(model.path)))

    def with_hashes(self, sha256: Sequence[str]) -> ModelFile | None:
        """The usable model that has these published hashes, in the order of its parts."""
        wanted = tuple(sha256)
        registry = self._shelf.read()
        for model in self.list_models() if wanted else ():
            notes = registry.notes_on(model.ref)
            seen = notes.sha256 if notes.seen == fingerprint_of_all(model.parts) else ()
            if model.problem is None and wanted == (model.source.sha256 if model.source else seen):
                return model
        return None

    def from_source(self, source: HubSource) -> ModelFile | None:
        """The model with these bytes, or else the unusable one from the same place."""
        models = [model for model in self.list_models() if model.source is not None]
        for model in models:
            if model.source is not None and model.source.sha256 == source.sha256:
                return model
        for model in models:
            place = model.source and (model.source.repo, model.source.paths)
            if place == (source.repo, source.paths) and model.problem is not None:
                return model
        return None

    def _examined(
        self, ref: str, path: Path, origin: Origin, registry: Registry, source: HubSource | None = None
    ) -> ModelFile:
        model, notes = self._examine(ref, path, origin), registry.notes_on(ref)
        crashed = self._marks.has(fingerprint_of(path))
        model = replace(model, crashed=crashed, source=source, settings=notes.settings)
        if model.problem is None and notes.damaged and notes.damaged == fingerprint_of_all(model.parts):
            problem = "is not what was published" if source is not None else "is not what it was"
            model = replace(model, facts=None, problem=ModelDamaged(path, "its content", problem))
        return model

    def _readable(self) -> Registry:
        """The list, or an empty one: the tour model needs none."""
        try:
            return self._shelf.read()
        except StorageError:
            return Registry()


def as_path(ref: str) -> Path | None:
    """The path that `ref` is, None for what cannot be one."""
    try:
        return Path(ref).expanduser().absolute() if "\0" not in ref else None
    except RuntimeError:  # "~" without a home
        return None
