"""Which models a repository offers: split sets joined, and files that are no chat model set aside. Pure.

A file is judged by its name alone; what it really is, its header says once it is here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from oa_desktop.hub.quantisations import quantisation_of

_MOST_PARTS: Final = 1_000
_PART: Final = re.compile(
    r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE | re.DOTALL
)


class FileRole(StrEnum):
    """What a GGUF file of a repository is for, by its name."""

    MODEL = "model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    IMATRIX = "imatrix"
    DRAFT = "draft"
    VOCABULARY = "vocabulary"


_ROLES: Final = (
    (FileRole.PROJECTOR, re.compile(r"(?:^|[-_.])mmproj(?:[-_.]|$)|(?:^|[-_.])projector[-_.]")),
    (FileRole.IMATRIX, re.compile(r"(?:^|[-_.])imatrix(?:[-_.]|$)")),
    (FileRole.DRAFT, re.compile(r"^mtp[-_.]|(?:^|[-_.])(?:draft|eagle3?|dflash)[-_.]")),
    (FileRole.ADAPTER, re.compile(r"(?:^|[-_.])(?:lora|adapter|control[-_]?vector)(?:[-_.]|$)")),
    (FileRole.VOCABULARY, re.compile(r"^ggml-vocab[-_.]|[-_.]vocab[-_]only[-_.]")),
)
_ORDER: Final = tuple(FileRole)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. path: inside the repository, untrusted; sizes in bytes, None when not told."""

    path: str
    size_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class RepoModel:
    """One choosable model: one file, or the parts of a split set in order. complete: no part is missing.

    parts_announced: how many parts the names promise, so that "1 of 3" can be said.
    """

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


def is_gguf(path: str) -> bool:
    """Whether the name is that of a GGUF file."""
    return path.lower().endswith(".gguf")


def role_of(path: str) -> FileRole:
    """What the file is for, by its name."""
    name = path.rpartition("/")[2].lower()
    return next((role for role, pattern in _ROLES if pattern.search(name)), FileRole.MODEL)


def group_files(files: Iterable[RemoteFile]) -> tuple[RepoModel, ...]:
    """The GGUF files as models: chat models first, each kind from small to large, unknown sizes last."""
    singles: list[RepoModel] = []
    sets: dict[tuple[str, int], dict[int, RemoteFile]] = {}
    for file in files:
        if not is_gguf(file.path):
            continue
        match = _PART.fullmatch(file.path)
        count = int(match["count"]) if match else 0
        if match is None or not 1 <= count <= _MOST_PARTS or not 1 <= int(match["number"]) <= count:
            singles.append(RepoModel((file,), _quantisation(file.path), kind=role_of(file.path)))
        else:
            sets.setdefault((match["stem"], count), {}).setdefault(int(match["number"]), file)
    joined = [_joined(count, parts) for (_, count), parts in sets.items()]
    return tuple(sorted([*singles, *joined], key=_place))


def _joined(count: int, parts: dict[int, RemoteFile]) -> RepoModel:
    ordered = tuple(parts[number] for number in sorted(parts))
    path = ordered[0].path
    return RepoModel(ordered, _quantisation(path), len(ordered) == count, role_of(path), count)


def _quantisation(path: str) -> str:
    """By the file's own name, else by its folder's: large sets lie in a folder for each quantisation."""
    folder, _, name = path.rpartition("/")
    return quantisation_of(name) or quantisation_of(folder)


def _place(model: RepoModel) -> tuple[int, bool, int, str]:
    size_bytes = model.size_bytes
    return _ORDER.index(model.kind), size_bytes is None, size_bytes or 0, model.name
