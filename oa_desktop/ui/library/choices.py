"""The sizes of one model, as a person chooses among them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oa_desktop.gguf.errors import printable
from oa_desktop.hub.catalogue import CatalogueEntry, CatalogueFile
from oa_desktop.hub.quantisations import Size, preference, quality_sentence, size_word
from oa_desktop.hub.repo_files import RepoModel
from oa_desktop.services.downloads.recommendations import about_bytes
from oa_desktop.ui.library.words import joined, size_label


@dataclass(frozen=True, slots=True)
class Choice:
    """One file, or split set, that can be had. key: the path of its first part."""

    key: str
    parts: tuple[str, ...]
    quantisation: str
    size_bytes: int | None
    word: Size | None
    quality: str

    @property
    def label(self) -> str:
        """`Balanced · 4.9 GB`, or the file's name when that is all there is."""
        return size_label(self.word, self.size_bytes) or printable(self.key.rpartition("/")[2], 60)

    @property
    def technical(self) -> str:
        """`Q4_K_M`."""
        return printable(self.quantisation, 24)

    @property
    def text(self) -> str:
        """`Balanced · 4.9 GB · Q4_K_M`."""
        return joined(self.label, self.technical)


def of_entry(entry: CatalogueEntry, offered: CatalogueFile) -> tuple[Choice, ...]:
    """One file of a catalogue entry for each word, the offered one among them. Small to large."""
    best: dict[Size | None, CatalogueFile] = {size_word(offered.quantisation): offered}
    for file in sorted(entry.files, key=lambda file: preference(file.quantisation)):
        best.setdefault(size_word(file.quantisation), file)
    return _by_size(
        _choice((file.path,), file.quantisation, about_bytes(entry, file)) for file in best.values()
    )


def of_repo(models: Iterable[RepoModel]) -> tuple[Choice, ...]:
    """The whole chat models of a repository, small to large."""
    return _by_size(
        _choice(tuple(part.path for part in model.parts), model.quantisation, model.size_bytes)
        for model in models
        if model.complete and model.kind == "model"
    )


def usual(choices: Sequence[Choice]) -> int:
    """The place of the one to begin with."""
    places = range(len(choices))
    return min(places, key=lambda i: (preference(choices[i].quantisation), i), default=0)


def _choice(parts: tuple[str, ...], quantisation: str, size_bytes: int | None) -> Choice:
    word = size_word(quantisation)
    return Choice(parts[0], parts, quantisation, size_bytes, word, quality_sentence(quantisation))


def _by_size(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda choice: (choice.size_bytes or 0, choice.key)))
