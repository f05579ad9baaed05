"""Blocks of a text that is still being written: only the open block is read again.

The part above the last top-level block can no longer change once its lines are complete, so it is read once
and kept. The cost of a token is that of the open block, whatever stands above it.
"""

from dataclasses import dataclass, field

from oa_desktop.ui.blocks.characters import normalized
from oa_desktop.ui.blocks.document import last_block_line, parse_blocks
from oa_desktop.ui.blocks.kinds import Block, Place, Plain
from oa_desktop.ui.blocks.limits import OPEN_TAIL_CHARACTERS


@dataclass(frozen=True, slots=True)
class Change:
    """From row `first` on, the blocks are now `blocks`; rows above it are untouched."""

    first: int
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class IncrementalBlocks:
    """The blocks of a growing text. Not thread-safe; knows no Qt."""

    closed: list[Block] = field(default_factory=list)
    _open: tuple[Block, ...] = ()
    _tail: str = ""
    _held: str = ""

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (*self.closed, *self._open)

    def append(self, text: str) -> Change:
        """Take the next piece of text. Returns what changed, unchanged leading rows left out."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        text = normalized(text.removesuffix("\r"))
        self._tail += text
        first, before = len(self.closed), self._open
        if "\n" in text and len(self._tail) <= OPEN_TAIL_CHARACTERS:
            self._close_what_is_final()
        self._open = self._read_tail()
        return _change(first, before, self.blocks[first:])

    def finish(self) -> Change:
        """The text is complete: read the open block whole, however long it is."""
        self._tail += normalized(self._held)
        self._held = ""
        first, before = len(self.closed), self._open
        self._open = parse_blocks(self._tail)
        return _change(first, before, self._open)

    def _close_what_is_final(self) -> None:
        complete = self._tail[: self._tail.rfind("\n") + 1]
        line = last_block_line(complete)
        if line == 0:
            return
        final = "".join(f"{text}\n" for text in complete.split("\n")[:line])
        self.closed.extend(parse_blocks(final))
        self._tail = self._tail[len(final) :]

    def _read_tail(self) -> tuple[Block, ...]:
        if len(self._tail) > OPEN_TAIL_CHARACTERS:
            return (Plain(Place(), self._tail),)
        return parse_blocks(self._tail)


def _change(first: int, before: tuple[Block, ...], after: tuple[Block, ...]) -> Change:
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    return Change(first + same, after[same:])
