"""The models this app knows by name. The data is in resources/catalogue.json; nothing here asks the hub.

What the hub says when a file is fetched counts. A hash written here counts only for the commit beside it.
"""

from dataclasses import dataclass
from pathlib import Path

from oa_desktop.gguf.facts import Shape


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """One file of an entry.

    size_bytes: None when nobody noted it; rounded to three digits unless `size_is_exact`.
    commit: the first 7 to 40 digits of the commit at which `sha256` was seen; None: not noted.
    """

    path: str
    quantisation: str
    size_bytes: int | None = None
    size_is_exact: bool = False
    sha256: str | None = None
    commit: str | None = None

    def pinned_sha256(self, commit: str) -> str | None:
        """The hash this file must have at this commit of 40 digits; None where nothing is pinned."""
        return self.sha256 if self.commit and commit.startswith(self.commit) else None


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model, in one or several quantisations.

    family: `OpenAssistant`, `Taught on OASST` or `Other`. languages: ISO 639 codes, `mul` for many.
    context_tokens: 0 when not noted. parameters: in billions. prompt_format: a PromptFamily where one fits.
    commit: the revision to fetch, of 40 digits; None for the newest. recommended_file: for a usual machine.
    """

    id: str
    title: str
    family: str
    repo: str
    commit: str | None
    files: tuple[CatalogueFile, ...]
    licence: str
    licence_name: str
    licence_notice: str
    licence_url: str
    non_commercial: bool
    languages: tuple[str, ...]
    context_tokens: int
    prompt_format: str
    parameters: float
    sentence: str
    shape: Shape | None
    recommended_file: CatalogueFile

    @property
    def revision(self) -> str:
        """What to ask the hub for."""
        return self.commit or "main"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries, best to recommend first within each family."""

    entries: tuple[CatalogueEntry, ...]

    def find(self, ref: str) -> tuple[CatalogueEntry, CatalogueFile] | None:
        """The entry and file of `tinyllama-chat-v0.3` or `tinyllama-chat-v0.3:Q5_K_M`; None: not in here."""
        name, _, quantisation = ref.strip().lower().partition(":")
        entry = next((entry for entry in self.entries if entry.id == name), None)
        if entry is None:
            return None
        if not quantisation:
            return entry, entry.recommended_file
        file = next((file for file in entry.files if file.quantisation.lower() == quantisation), None)
        return (entry, file) if file else None


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue that comes with the app, or another.

    Raises: HubError `catalogue-damaged`, with the place, when it is not what its schema says.
    """
    raise NotImplementedError
