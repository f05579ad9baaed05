"""Where in a sound GGUF file each number of its header lies, found with the reader of another project."""

from dataclasses import dataclass, field
from pathlib import Path

from gguf import GGUFReader, GGUFValueType

_FIRST_COUNTS = (8, 16)
"""Of tensors and of metadata, after magic and version."""


@dataclass
class HeaderMap:
    """Offsets in bytes. boundaries: where one thing ends and the next begins.

    lengths: 8 bytes each, of texts, arrays, shapes. types: 4 bytes each, of values. kinds: of tensors.
    """

    path: Path
    end: int = 0
    boundaries: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [*_FIRST_COUNTS])
    lengths: list[int] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    dims: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        """All that says how many or how long."""
        return [*self.counts, *self.lengths, *self.dims]


def map_of(path: Path) -> HeaderMap:
    """The map of the file at `path`, which must be sound."""
    reader = GGUFReader(path)
    found = HeaderMap(path, boundaries=[4, 8, 16, 24])
    for name, value in reader.fields.items():
        if not name.startswith("GGUF."):
            _add_value(found, value)
    for tensor in reader.tensors:
        _add_tensor(found, tensor.field)
    found.end = max(found.boundaries)
    return found


def _add_value(found: HeaderMap, value: object) -> None:
    places = _places(found, value)
    found.lengths.append(places[0])
    found.types.append(places[2])
    kinds = value.types  # type: ignore[attr-defined]
    if kinds[0] is GGUFValueType.ARRAY:
        found.types.append(places[3])
        found.lengths.append(places[4])
        found.lengths += places[5::2] if kinds[-1] is GGUFValueType.STRING else []
    elif kinds[0] is GGUFValueType.STRING:
        found.lengths.append(places[3])


def _add_tensor(found: HeaderMap, value: object) -> None:
    length, _, _, dims, kind, offset = _places(found, value)
    found.lengths.append(length)
    found.dims.append(dims)
    found.kinds.append(kind)
    found.offsets.append(offset)


def _places(found: HeaderMap, value: object) -> list[int]:
    """Where each part of a field begins; they follow each other."""
    places, at = [], value.offset  # type: ignore[attr-defined]
    for part in value.parts:  # type: ignore[attr-defined]
        places.append(int(at))
        at += part.nbytes
        found.boundaries.append(int(at))
    return places
