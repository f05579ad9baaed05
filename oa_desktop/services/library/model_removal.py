"""Take the files of models away so that they can be put back: they wait in a folder until they are purged.

The list of models decides what is removed. It is written before the first file is moved, and after the last
one is put back or deleted: after a kill at any moment each file is where it lay or where it waits, and the
list knows both places (docs/adr/0027-models-are-removed-in-the-list-first.md).
"""

import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from oa_desktop.errors import ModelError, StorageError
from oa_desktop.gguf.errors import shown_name
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.model_rows import KeptFile, RemovedModel

FOLDER = ".removed"


@dataclass(frozen=True, slots=True)
class Removal:
    """A model that can be put back. id: of the removal; freed_bytes: what purging gives back."""

    id: str
    model: ModelFile
    freed_bytes: int


def new_id() -> str:
    """For a removal; also the name of its folder."""
    return secrets.token_hex(8)


def kept_files(parts: Iterable[Path]) -> tuple[KeptFile, ...]:
    """Those of the files that are there, as they are now."""
    kept = []
    for part in parts:
        with suppress(OSError):
            status = part.lstat()
            kept.append(KeptFile(part, status.st_size, status.st_mtime_ns))
    return tuple(kept)


class WaitingFiles:
    """The files of removed models, each removal in a folder of its own below `folder`."""

    def __init__(self, models: Path) -> None:
        self._folder = models / FOLDER

    def take(self, removed: RemovedModel) -> None:
        """Move the files away. Raises ModelError when one cannot be moved; then all are where they were."""
        try:
            self._place(removed).mkdir(mode=0o700, parents=True, exist_ok=True)
            for file in filter(is_still, removed.files):
                file.path.rename(self._waiting(removed, file))
        except OSError as exc:
            self.put_back(removed)
            raise ModelError(
                "model-not-removed",
                f"{shown_name(removed.files[0].path)} cannot be moved, and stays where it is.",
                detail=str(exc),
                hint="Close the program that uses it, or check the permissions of the folder.",
            ) from exc

    def put_back(self, removed: RemovedModel) -> None:
        """Every file that waits is where it lay. Raises ModelError when one cannot be moved."""
        try:
            for file in removed.files:
                waiting = self._waiting(removed, file)
                if waiting.is_symlink() or waiting.exists():
                    file.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    waiting.rename(file.path)
        except OSError as exc:
            raise ModelError(
                "model-not-restored",
                f"{shown_name(file.path)} cannot be moved back.",
                detail=str(exc),
                hint="Check the permissions of the folder.",
            ) from exc
        self.forget(removed.id)

    def erase(self, removed: RemovedModel) -> None:
        """Delete every file of it, wherever it got to. Raises StorageError."""
        for file in removed.files:
            try:
                self._waiting(removed, file).unlink(missing_ok=True)
                if is_still(file):
                    file.path.unlink()
            except OSError as exc:
                raise StorageError(
                    "model-not-deleted",
                    f"{shown_name(file.path)} could not be deleted.",
                    detail=str(exc),
                    hint="Close the program that uses it; it is deleted at the next start.",
                ) from exc

    def forget(self, removal_id: str) -> None:
        """Remove the folder of a removal when nothing waits in it."""
        for folder in (self._folder / removal_id, self._folder):
            with suppress(OSError):
                folder.rmdir()

    def erase_all_but(self, kept: Sequence[RemovedModel]) -> None:
        """Delete what waits for nobody: the rest of a purge that was cut short."""
        ids = {removed.id for removed in kept}
        with suppress(OSError):
            for place in [] if self._folder.is_symlink() else list(self._folder.iterdir()):
                if place.name not in ids and place.name.isalnum() and not place.is_symlink():
                    for file in place.iterdir():
                        file.unlink()
                    self.forget(place.name)
            self._folder.rmdir()

    def _place(self, removed: RemovedModel) -> Path:
        return self._folder / removed.id

    def _waiting(self, removed: RemovedModel, file: KeptFile) -> Path:
        return self._place(removed) / f"{removed.files.index(file)}.gguf"


def is_still(file: KeptFile) -> bool:
    """Whether what lies there now is the file that was removed, and not another that came since."""
    return kept_files([file.path]) == (file,)


def elsewhere(removed: RemovedModel, free: Sequence[Path]) -> RemovedModel:
    """The same removal, to be put back under other names."""
    files = tuple(replace(file, path=path) for file, path in zip(removed.files, free, strict=True))
    model = removed.model and replace(removed.model, path=files[0].path)
    return replace(removed, files=files, model=model)
