"""Where other programs on this machine keep model files. Reads no contents and changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """A folder of another program. app: as a person knows it; hashed: files are named by their SHA-256."""

    app: str
    folder: Path
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be the wanted one. by_hash: its name says so; its bytes were not read."""

    path: Path
    app: str
    size_bytes: int
    by_hash: bool


def model_places(
    environment: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[ModelPlace, ...]:
    """The folders that are there. environment, home: those of the process and the person unless given."""
    raise NotImplementedError


def candidates(
    places: tuple[ModelPlace, ...], sha256: str | None, name: str, size_bytes: int | None
) -> Iterator[Candidate]:
    """Files that are called by this hash, or have this name and size; those called by the hash first."""
    raise NotImplementedError
