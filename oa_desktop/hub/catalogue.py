"""The models this app knows by name. The data is in resources/catalogue.json; nothing here asks the hub.

What the hub says when a file is fetched counts. A hash written here counts only for the commit beside it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oa_desktop.gguf.facts import Shape
from oa_desktop.hub.catalogue_file import read_catalogue
from oa_desktop.paths import resource_root


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

    def matching(self, text: str) -> tuple[CatalogueEntry, ...]:
        """The entries that have every word of `text`; all of them for none."""
        words = text.casefold().split()
        return tuple(entry for entry in self.entries if all(word in _searched(entry) for word in words))


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue that comes with the app, or another.

    Raises: HubError `catalogue-damaged`, with the place, when it is not what its schema says.
    """
    resources = resource_root()
    document = read_catalogue(path or resources / "catalogue.json", resources / "catalogue.schema.json")
    return Catalogue(
        tuple(_entry(model, document["licences"][model["licence"]]) for model in document["models"])
    )


def _searched(entry: CatalogueEntry) -> str:
    texts = (entry.id, entry.title, entry.family, entry.repo, entry.sentence, entry.licence)
    return " ".join(texts).casefold()


def _entry(model: dict[str, Any], licence: dict[str, Any]) -> CatalogueEntry:
    files = {file["quantisation"]: _file(model["file_pattern"], file) for file in model["files"]}
    return CatalogueEntry(
        id=model["id"],
        title=model["title"],
        family=model["family"],
        repo=model["repo"],
        commit=model.get("commit"),
        files=tuple(files.values()),
        licence=model["licence"],
        licence_name=licence["name"],
        licence_notice=licence["notice"],
        licence_url=licence["url"],
        non_commercial=licence.get("non_commercial", False),
        languages=tuple(model["languages"]),
        context_tokens=int(model.get("context_tokens", 0)),
        prompt_format=model["prompt_format"],
        parameters=float(model["parameters"]),
        sentence=model["sentence"],
        shape=_shape(model["shape"]) if "shape" in model else None,
        recommended_file=files[model["recommended"]],
    )


def _file(pattern: str, file: dict[str, Any]) -> CatalogueFile:
    size = file.get("size_bytes", file.get("about_bytes"))
    return CatalogueFile(
        path=pattern.replace("{quantisation}", file["quantisation"]),
        quantisation=file["quantisation"],
        size_bytes=None if size is None else int(size),
        size_is_exact="size_bytes" in file,
        sha256=file.get("sha256"),
        commit=file.get("commit"),
    )


def _shape(shape: dict[str, Any]) -> Shape:
    layers = int(shape["layers"])
    return Shape(
        layers=layers,
        embedding_length=int(shape["embedding_length"]),
        kv_heads=(int(shape["kv_heads"]),) * layers,
        key_length=int(shape["key_length"]),
        value_length=int(shape["value_length"]),
        vocabulary_size=int(shape["vocabulary_size"]),
    )
