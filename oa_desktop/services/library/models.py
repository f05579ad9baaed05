"""The models a person can chat with: the tour model, those in the app's folder, and those on the list.

Methods read the disk and block for up to a second each (copying and verifying take as long as they take):
call them through `asyncio.to_thread`. One library may be used from several threads.
"""

import os
from dataclasses import replace
from pathlib import Path

from oa_desktop.errors import StorageError, UsageError
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.errors import ModelMissing, printable
from oa_desktop.gguf.fit import MemoryNeed, memory_need, require_fit
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.paths import AppPaths
from oa_desktop.services.library.model_copy import Progress, copied, remove_leftovers
from oa_desktop.services.library.model_file import ModelFile, Origin, fingerprint_of, fingerprint_of_all
from oa_desktop.services.library.model_folder import is_in, parts_beside
from oa_desktop.services.library.model_listing import TOUR_REF, ModelListing, as_path
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.services.library.model_rows import ModelNotes
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.library.model_verifying import Cancelled, Verified, hashes_of, judged
from oa_desktop.services.machine import available_bytes

__all__ = ["TOUR_REF", "ModelLibrary", "Origin"]

_OURS = (Origin.IMPORTED, Origin.DOWNLOADED)


class ModelLibrary(ModelListing):
    """Finds, adds, verifies and removes models. The tour model is always there and cannot be removed."""

    def __init__(self, paths: AppPaths, tour: Path | None = None) -> None:
        super().__init__(paths, tour)
        if self._folder.is_dir():
            remove_leftovers(self._folder)
            self._shelf.clear_leftovers()

    def import_model(
        self, path: Path, *, copy: bool = False, on_progress: Progress | None = None
    ) -> ModelFile:
        """Add a model file that is on this machine, linked where it lies or copied into the app's folder.

        Linking a file twice, or copying what is there already, gives the same model.
        Raises: ModelError, and nothing is added; StorageError.
        """
        path = as_path(str(path)) or path
        checked = check_model(path)
        if is_in(self._folder, path):
            return self.show(str(self._as_listed(path)))
        if not copy:
            return self.show(self._shelf.link(path).id)
        self._require_folder()
        with copied(self._folder, checked.parts, on_progress) as copies:
            known = self.with_hashes(copies.sha256)
            if known is not None and known.origin in _OURS:
                return known
            return self.show(self._shelf.place(copies).id)

    def link(self, path: Path, source: HubSource) -> ModelFile:
        """Add a file that was found to be the one of `source`, where it lies; nothing when there is one.

        Raises as `import_model`.
        """
        parts = check_model(path).parts
        known = self.from_source(source)
        if known is not None and known.problem is None:
            return known
        replaced = known.ref if known is not None else None
        return self.show(self._shelf.add(parts, source, replaced, ours=False).id)

    def add_downloaded(self, parts: tuple[Path, ...], source: HubSource) -> ModelFile:
        """Add verified files that lie in the app's folder, or put them in place of a damaged model.

        When another good model of ours has the same bytes, the files are deleted and that one is returned.
        Raises: ModelError when they are no model, and nothing is added; StorageError.
        """
        check_model(parts[0])
        known = self.from_source(source)
        if known is not None and known.problem is None and known.origin in _OURS and known.parts != parts:
            self._shelf.drop(parts, known.ref)
            return known
        replaced = known.ref if known is not None else None
        return self.show(self._shelf.add(parts, source, replaced, ours=True).id)

    def verify(
        self, ref: str, on_progress: Progress | None = None, cancelled: Cancelled = lambda: False
    ) -> Verified:
        """Read the whole model and compare it with the published hash, else with what was noted before.

        A model that is found to be damaged is not used any more, until its file is another one.
        Raises: VerifyCancelled; ModelError when it is missing or cannot be read; StorageError.
        """
        model = self.show(ref)
        parts = parts_beside(model.path) if model.problem is not None else model.parts
        before = fingerprint_of_all(parts)
        sha256 = hashes_of(parts, on_progress, cancelled)
        notes = self._shelf.read().notes_on(model.ref)
        found = judged(sha256, model.source, notes, before, ours=model.origin in _OURS)
        if found.ok and not found.published and model.problem is not None and not notes.damaged:
            return Verified(False, model.problem.sentence, sha256)
        if model.origin is not Origin.PATH and before == fingerprint_of_all(parts):
            self._note_verified(model.ref, found, before)
        return found

    def configure(self, ref: str, **changes: object) -> ModelFile:
        """Change the settings of one model; None takes one back.

        Raises: UsageError for an unknown name, a wrong value or a model that is not on the list,
        ModelMissing, StorageError.
        """
        model = self.show(ref)
        if model.origin is Origin.PATH:
            raise UsageError(
                "model-not-listed", f"{model.name} is not on the list of models.", hint="Import it first."
            )
        self._shelf.note(model.ref, lambda notes: replace(notes, settings=notes.settings.changed(**changes)))
        return self.show(model.ref)

    def remove(self, ref: str, *, delete_file: bool = False) -> Removal:
        """Take a model off the list; `undo_remove` puts it back. A linked file stays where it is.

        Files of the app wait in a folder of their own until they are purged.
        delete_file: needed for a file that merely lies in the app's folder, where forgetting means deleting.
        Raises: UsageError for the tour model, a bare path, or a name that is not the model's own;
        ModelError when a file cannot be moved, StorageError.
        """
        model = self.show(ref)
        if ref.strip() != model.ref and as_path(ref) not in model.parts:
            raise UsageError(
                "model-unclear",
                f"{printable(ref)} is not the name of a model.",
                hint=f"To remove {model.name}, name it {model.ref}.",
            )
        if model.origin in (Origin.TOUR, Origin.PATH):
            why = "comes with the app" if model.origin is Origin.TOUR else "is not on the list"
            raise UsageError("model-kept", f"{model.name} {why} and stays where it is.")
        if model.origin is Origin.FOLDER and not delete_file:
            raise UsageError(
                "model-kept",
                f"{model.name} lies in the app's folder; removing it deletes the file.",
                hint="Confirm that it may be deleted.",
            )
        files = () if model.origin is Origin.LINKED else {*model.parts, *parts_beside(model.path)}
        removed = self._shelf.remove(model.ref, sorted(file for file in files if self._is_ours(file)))
        return Removal(removed.id, model, sum(file.size_bytes for file in removed.files))

    def undo_remove(self, removal: Removal) -> ModelFile:
        """Put everything back: the files, the entry, its settings.

        Raises: ModelError when it was purged or a file cannot be moved back, StorageError.
        """
        return self.show(self._shelf.put_back(removal.id).ref)

    def purge(self, removal: Removal) -> None:
        """Delete what a removal keeps; it cannot be undone any more. Raises StorageError."""
        self._shelf.purge(removal.id)

    def purge_removed(self) -> None:
        """Delete what earlier runs removed. Only for the start of the window, when nobody can undo.

        Raises: StorageError when the list cannot be read or written.
        """
        self._shelf.purge_all()

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

    def _note_verified(self, ref: str, found: Verified, fingerprint: str) -> None:
        def change(notes: ModelNotes) -> ModelNotes:
            if not found.ok:
                return replace(notes, damaged=fingerprint)
            return replace(notes, sha256=found.sha256, seen=fingerprint, damaged="")

        self._shelf.note(ref, change)

    def _as_listed(self, path: Path) -> Path:
        """The path of a file in the folder as the list has it, however it was reached."""
        if path.is_relative_to(self._folder):
            return path
        return self._folder / Path(os.path.realpath(path)).relative_to(os.path.realpath(self._folder))

    def _require_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:  # also a link that leads nowhere, or round in a circle
            raise StorageError(
                "models-folder",
                "The folder for models cannot be used.",
                detail=f"{self._folder}: {exc}",
                hint="Make it a folder that can be written.",
            ) from exc

    def _is_ours(self, file: Path) -> bool:
        return is_in(self._folder, file.parent)
