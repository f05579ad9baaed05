"""Which saved segments there are and what they are good for. Knows no files and no model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from oa_desktop.engine.radix_node import common_length
from oa_desktop.engine.resume.segment import Segment, branch_name

USE_STEP_NS = 1_000
"""A parent counts as used this much later than its child, so that the child is older and goes first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The longest prefix that is saved. segment: the one that holds its last token; None when length is 0."""

    length: int
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Take the tokens at positions [start, end) out of a segment."""

    segment: Segment
    start: int
    end: int


@dataclass(slots=True, eq=False)
class _Node:
    segment: Segment
    children: list[str] = field(default_factory=list)


class SegmentIndex:
    """Segments as a forest: each hangs on one that holds the tokens before it.

    whole: a segment is a whole branch and of use only as a whole, for memories that cannot be cut.
    """

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._nodes: dict[str, _Node] = {}
        self._roots: dict[str, None] = {}
        self.branches = 0
        """Segments that none continues at their end."""
        self.size_bytes = 0

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All of them."""
        return tuple(node.segment for node in self._nodes.values())

    def __contains__(self, name: object) -> bool:
        return name in self._nodes

    def add(self, segment: Segment) -> bool:
        """Take a segment in. False when it is known, what it hangs on is not, or its name is not its own."""
        parent = None if segment.parent is None else self._nodes.get(segment.parent)
        if segment.name in self._nodes or not segment.tokens or not self._fits(segment, parent):
            return False
        self._nodes[segment.name] = _Node(segment)
        if parent is None:
            self._roots[segment.name] = None
        else:
            self.branches -= self._is_tip(parent)
            parent.children.append(segment.name)
            self.branches += self._is_tip(parent)
        self.branches += 1
        self.size_bytes += segment.size_bytes
        return True

    def discard(self, name: str) -> list[Segment]:
        """Forget a segment and what hangs on it; children come before their parents. Ignores unknown ones."""
        going = [name] if name in self._nodes else []
        for found in going:  # grows: parents before their children
            going += self._nodes[found].children
        return [self._discard_leaf(found) for found in reversed(going)]

    def _discard_leaf(self, name: str) -> Segment:
        node = self._nodes[name]
        parent = self._nodes.get(node.segment.parent or "")
        if parent is not None:
            self.branches -= self._is_tip(parent)
            parent.children.remove(name)
            self.branches += self._is_tip(parent)
        del self._nodes[name]
        self._roots.pop(name, None)
        self.branches -= 1
        self.size_bytes -= node.segment.size_bytes
        return node.segment

    def path(self, name: str) -> list[int]:
        """Every token from the first one to the end of a segment."""
        current: str | None = name
        parts: list[Sequence[int]] = []
        end = self._nodes[name].segment.end
        while current is not None:
            segment = self._nodes[current].segment
            parts.append(segment.tokens[: end - segment.start])
            end, current = segment.start, segment.parent
        return [token for part in reversed(parts) for token in part]

    def find(self, tokens: Sequence[int]) -> Found:
        """The longest prefix of `tokens` that can be had."""
        best = Found(0)
        for found in self._matches(tuple(tokens)):
            if found.length > best.length:
                best = found
        return best

    def pieces(self, found: Found, held: int) -> list[Piece]:
        """What to take for the tokens from `held` to the end of what was found, in order."""
        pieces: list[Piece] = []
        segment, end = found.segment, found.length
        while segment is not None and end > held:
            pieces.append(Piece(segment, max(segment.start, held), end))
            end = segment.start
            segment = None if segment.parent is None else self._nodes[segment.parent].segment
        return pieces[::-1]

    def use(self, name: str, now_ns: int) -> list[Segment]:
        """A segment was of use, and so was all it hangs on. Returns those whose time changed."""
        changed: list[Segment] = []
        current: str | None = name
        while current is not None:
            node = self._nodes[current]
            if node.segment.used_ns < now_ns:
                node.segment = replace(node.segment, used_ns=now_ns)
                changed.append(node.segment)
            current = node.segment.parent
            now_ns += USE_STEP_NS
        return changed

    def _is_tip(self, node: _Node) -> bool:
        return all(self._nodes[child].segment.start < node.segment.end for child in node.children)

    def _fits(self, segment: Segment, parent: _Node | None) -> bool:
        if parent is None:
            is_first = segment.start == 0 and segment.parent is None
            return is_first and branch_name(segment.tokens) == segment.name
        if self._whole or not parent.segment.start < segment.start <= parent.segment.end:
            return False
        before = self.path(parent.segment.name)[: segment.start]
        return branch_name([*before, *segment.tokens]) == segment.name

    def _matches(self, tokens: tuple[int, ...]) -> Iterator[Found]:
        open_ends = list(self._roots)
        while open_ends:
            node = self._nodes[open_ends.pop()]
            own, start = node.segment.tokens, node.segment.start
            common = common_length(own, tokens[start : start + len(own)])
            if not self._whole or common == len(own):
                yield Found(start + common, node.segment)
            reached = start + common
            open_ends += [child for child in node.children if self._nodes[child].segment.start <= reached]
