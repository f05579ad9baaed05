"""Which model files are being loaded, or were when engine or machine went down: an empty file for each.

One file a mark, so that two processes that load models never write the same file.
"""

from pathlib import Path

from oa_desktop.atomic_file import write_atomically
from oa_desktop.errors import StorageError


class LoadMarks:
    """The marks in one folder, by the fingerprint of the model file; it is empty for one that is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, fingerprint: str) -> bool:
        """Whether this file has not come up since its mark was set."""
        return bool(fingerprint) and (self._folder / fingerprint).exists()

    def set(self, fingerprint: str) -> None:
        """Durably, before anything can go wrong. Raises StorageError."""
        if not fingerprint:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._folder / fingerprint, b"", follow=False)
        except OSError as error:
            raise _not_noted(error) from error

    def clear(self, fingerprint: str) -> None:
        """It came up. Raises StorageError."""
        if not fingerprint:
            return
        try:
            (self._folder / fingerprint).unlink(missing_ok=True)
        except OSError as error:
            raise _not_noted(error) from error


def _not_noted(error: OSError) -> StorageError:
    return StorageError("load-mark", "That a model is loading cannot be noted.", detail=str(error))
