"""Use a model file that another program has downloaded, where it lies. Such a file is never changed."""

from dataclasses import dataclass
from pathlib import Path

from oa_desktop.hub.adoption import ModelPlace
from oa_desktop.services.model_copy import Progress
from oa_desktop.services.model_file import ModelFile
from oa_desktop.services.model_source import HubSource
from oa_desktop.services.models import ModelLibrary


@dataclass(frozen=True, slots=True)
class FoundCopy:
    """A file on this machine that should be the wanted one. app: whose it is, as a person knows it."""

    path: Path
    app: str
    size_bytes: int


def find_copies(
    sha256: str | None, name: str, size_bytes: int | None, places: tuple[ModelPlace, ...] | None = None
) -> tuple[FoundCopy, ...]:
    """Files of other programs that should be this one, by name and size. Blocks for a second or two."""
    raise NotImplementedError


def adopt(
    library: ModelLibrary, copy: FoundCopy, source: HubSource, on_progress: Progress | None = None
) -> ModelFile:
    """Link the file as the model of `source`, after reading all of it: it has to have the published hash.

    on_progress: raise from it to cancel. Raises: ModelError, and nothing is added.
    """
    raise NotImplementedError
