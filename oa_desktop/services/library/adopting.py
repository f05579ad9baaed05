"""Use a model file that another program has downloaded, where it lies. Such a file is never changed."""

from dataclasses import dataclass
from pathlib import Path

from oa_desktop.errors import ModelError
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.errors import shown_name
from oa_desktop.hub.adoption import ModelPlace, candidates, model_places
from oa_desktop.services.library.model_copy import Progress
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.library.model_verifying import Cancelled, hashes_of
from oa_desktop.services.library.models import ModelLibrary


@dataclass(frozen=True, slots=True)
class FoundCopy:
    """A file on this machine that should be the wanted one. app: whose it is, as a person knows it."""

    path: Path
    app: str
    size_bytes: int


def find_copies(
    sha256: str | None, name: str, size_bytes: int | None, places: tuple[ModelPlace, ...] | None = None
) -> tuple[FoundCopy, ...]:
    """Files of other programs that should be this one, the surest first. Blocks for a second or two.

    Of a split set, ask for the first part. name: a path inside a repository is taken for its last part.
    """
    file_name = name.replace("\\", "/").rsplit("/", 1)[-1]
    found = candidates(model_places() if places is None else places, sha256, file_name, size_bytes)
    return tuple(FoundCopy(candidate.path, candidate.app, candidate.size_bytes) for candidate in found)


def adopt(
    library: ModelLibrary,
    copy: FoundCopy,
    source: HubSource,
    on_progress: Progress | None = None,
    cancelled: Cancelled = lambda: False,
) -> ModelFile:
    """Link the file as the model of `source`, after reading all of it: it has to have the published hash.

    Raises: VerifyCancelled, ModelError, StorageError; then nothing is added.
    """
    parts = check_model(copy.path).parts
    if hashes_of(parts, on_progress, cancelled) != source.sha256:
        raise ModelError(
            "copy-differs",
            f"{shown_name(copy.path)} of {copy.app} is not the file that was published.",
            hint="Download it instead.",
        )
    return library.link(copy.path, source)


def adopt_any(
    library: ModelLibrary,
    source: HubSource,
    size_bytes: int | None,
    on_progress: Progress | None = None,
    cancelled: Cancelled = lambda: False,
) -> ModelFile | None:
    """The model of `source` from whichever program has it; None when none has, and it is to be downloaded.

    size_bytes: of the first part. Raises: VerifyCancelled, StorageError.
    """
    for copy in find_copies(source.sha256[0], source.path, size_bytes):
        try:
            return adopt(library, copy, source, on_progress, cancelled)
        except ModelError as error:
            if error.code == "cancelled":
                raise
    return None
