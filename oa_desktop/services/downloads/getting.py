"""Before a download begins: what exactly is to be fetched, and whether another program has it already."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oa_desktop.hub.catalogue import Catalogue
from oa_desktop.services.downloads.choice import ChosenDownload, choose
from oa_desktop.services.downloads.job import DownloadJob
from oa_desktop.services.library.adopting import FoundCopy, adopt, find_copies
from oa_desktop.services.library.model_copy import Progress
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.library.model_verifying import Cancelled
from oa_desktop.services.library.models import ModelLibrary

if TYPE_CHECKING:
    from collections.abc import Callable

    from oa_desktop.hub.api import Hub


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model as a person chose it. name: of the catalogue, or OWNER/NAME. file: its path there."""

    name: str
    file: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be fetched. notes: sentences to say. source, copy: set when another program has the file."""

    job: DownloadJob
    notes: tuple[str, ...] = ()
    source: HubSource | None = None
    copy: FoundCopy | None = None


def looked_for(library: ModelLibrary, chosen: ChosenDownload) -> Prepared:
    """Whether another program has what was chosen. Reads folders, not the network."""
    parts, job = chosen.model.parts, chosen.job
    hashes = tuple(part.sha256 or "" for part in parts)
    if not all(hashes) or library.with_hashes(hashes) is not None:
        return Prepared(job, chosen.notes)
    copies = find_copies(hashes[0], parts[0].path, parts[0].size_bytes)
    if not copies:
        return Prepared(job, chosen.notes)
    source = HubSource(job.repo, job.revision, job.paths, hashes, job.title)
    return Prepared(job, chosen.notes, source, copies[0])


class Getting:
    """Asks the hub and looks around on this machine. Methods block for some seconds."""

    def __init__(self, hub: "Callable[[], Hub]", library: ModelLibrary) -> None:
        """hub: makes it when it is first needed."""
        self._hub = hub
        self._library = library

    def prepare(self, wanted: Wanted, catalogue: Catalogue | None) -> Prepared:
        """Ask the hub about a model, and look for it in the folders of other programs.

        Raises: UsageError when the hub has no such file, HubError.
        """
        return looked_for(
            self._library, choose(self._hub(), catalogue, wanted.name, wanted.file, wanted.revision)
        )

    def adopt(
        self, prepared: Prepared, on_progress: Progress | None = None, cancelled: Cancelled = lambda: False
    ) -> ModelFile:
        """Use the copy where it lies, after all of it was compared with what the hub published.

        Raises: VerifyCancelled, ModelError, StorageError; then nothing is added.
        """
        if prepared.copy is None or prepared.source is None:
            raise ValueError("no copy was found")
        return adopt(self._library, prepared.copy, prepared.source, on_progress, cancelled)
