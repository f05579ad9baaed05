"""The kinds of block a message is made of. Values only; how they are found is in `document`.

Containers are flattened: a block says how deep it sits in lists and quotes, so nothing nests.
"""

from dataclasses import dataclass
from enum import StrEnum


class Align(StrEnum):
    """Alignment of a table column."""

    START = "start"
    CENTER = "center"
    END = "end"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block sits.

    indent: list depth. marker: the bullet or number before it, only on the first block of a list item.
    quote: quote depth. tight: follows its neighbour closely, as items of a tight list do.
    """

    indent: int = 0
    marker: str = ""
    quote: int = 0
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Inline Markdown; `inline.markup` turns it into closed-tag markup."""

    place: Place
    source: str


@dataclass(frozen=True, slots=True)
class Heading:
    place: Place
    level: int
    source: str


@dataclass(frozen=True, slots=True)
class Code:
    """text: exactly as written, without the fences. info: the whole info string, shown as label."""

    place: Place
    info: str
    text: str

    @property
    def language(self) -> str:
        return self.info.split(maxsplit=1)[0].strip("{}.").lower() if self.info.strip() else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are inline Markdown; every row has as many cells as the header."""

    place: Place
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    aligns: tuple[Align, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Math:
    """Shown as its source, delimiters included."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Text shown letter by letter: too long, or nested too deep, to be read as Markdown."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    place: Place


@dataclass(frozen=True, slots=True)
class Error:
    """A sentence of ours inside a message, as when a reply ended in an error."""

    title: str
    hint: str = ""
    place: Place = Place()


Block = Paragraph | Heading | Code | Table | Math | Plain | Rule | Error
