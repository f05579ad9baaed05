"""Which models a repository offers: split sets joined, and files that are no chat model set aside. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FileRole(StrEnum):
    """What a GGUF file of a repository is for, by its name."""

    MODEL = "model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    IMATRIX = "imatrix"
    DRAFT = "draft"
    VOCABULARY = "vocabulary"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. path: inside the repository, untrusted; sizes in bytes, None when not told."""

    path: str
    size_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class RepoModel:
    """One choosable model: one file, or the parts of a split set in order. complete: no part is missing."""

    parts: tuple[RemoteFile, ...]
    quantisation: str
    complete: bool = True
    kind: FileRole = FileRole.MODEL
    parts_announced: int = 1

    @property
    def name(self) -> str:
        """The path of the first part."""
        return self.parts[0].path

    @property
    def size_bytes(self) -> int | None:
        """All parts together, None when one is not known."""
        sizes = [part.size_bytes for part in self.parts]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def group_files(files: Iterable[RemoteFile]) -> tuple[RepoModel, ...]:
    """The GGUF files as models, the chat models first, each kind by size."""
    raise NotImplementedError
