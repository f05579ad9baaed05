"""What reading a file yields, line by line. A line that cannot be used is a value, not an exception."""

from dataclasses import dataclass

from oa_desktop.oasst.nodes import OasstNode, OasstTree


@dataclass(frozen=True, slots=True)
class TreeRecord:
    """A line that holds one whole tree.

    ignored: keys of the line that the format does not have, as seen; they are left behind.
    """

    line: int
    tree: OasstTree
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A line that holds one message, with whatever replies are nested in it: parents before replies."""

    line: int
    nodes: tuple[OasstNode, ...]
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line, or a tree put together from several, that cannot be used.

    column: counted in characters from 1, for text that is not JSON; field: the key at fault, for JSON that is
    not the format. final: nothing after this line could be read.
    """

    line: int
    reason: str
    field: str | None = None
    column: int | None = None
    final: bool = False

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        field = f"{self.field}: " if self.field else ""
        return f"line {self.line}{column}: {field}{self.reason}"


Record = TreeRecord | MessageRecord | Rejected
