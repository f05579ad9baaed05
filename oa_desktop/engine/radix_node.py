"""The parts of the prefix tree: a node, and where in one a prefix ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Node:
    """A run of tokens after its parent's.

    refs: sequences that pass through or end here.   live: those of them that are live.
    ends: the sequences whose last token is this node's last one.
    """

    tokens: list[int]
    start: int
    parent: "Node | None"
    children: list["Node"] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)
    refs: int = 0
    live: int = 0

    @property
    def end(self) -> int:
        """Tokens from the root to the last one here."""
        return self.start + len(self.tokens)

    def path(self) -> Iterator["Node"]:
        """This node and its ancestors, the root left out."""
        node = self
        while node.parent is not None:
            yield node
            node = node.parent

    def below(self) -> Iterator["Node"]:
        """All nodes under this one."""
        stack = list(self.children)
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.children)

    def best_child(self, tokens: list[int]) -> "tuple[int, Node | None]":
        """The child that shares most of `tokens`, and how many.

        Among duplicates the longest; a longer match below a shorter one is missed: it costs only time.
        """
        if not tokens:
            return 0, None
        first = tokens[0]
        candidates = [child for child in self.children if child.tokens[0] == first]
        lengths = [(common_length(child.tokens, tokens), child) for child in candidates]
        return max(lengths, key=lambda entry: entry[0], default=(0, None))

    def split(self, offset: int) -> "Node":
        """The node that ends `offset` tokens into this one, made when there is none; this keeps the rest."""
        if offset == len(self.tokens) or self.parent is None:
            return self
        upper = Node(self.tokens[:offset], self.start, self.parent, [self], refs=self.refs, live=self.live)
        self.parent.children[self.parent.children.index(self)] = upper
        self.parent, self.start = upper, upper.end
        del self.tokens[:offset]
        return upper

    def any_sequence(self) -> int:
        """One that passes through here or ends here."""
        node = self
        while not node.ends:
            node = node.children[0]
        return min(node.ends)


@dataclass(frozen=True, slots=True)
class Match:
    """The longest prefix that is held. It ends `length - node.start` tokens into `node`.

    live_cells: how much of it belongs to live sequences and so needs no cell that could be evicted.
    """

    length: int
    live_cells: int
    node: Node


def common_length(left: Sequence[int], right: Sequence[int]) -> int:
    """How many first tokens are equal. Both are lists, or both tuples."""
    shorter = min(len(left), len(right))
    if left[:shorter] == right[:shorter]:
        return shorter
    return next(i for i in range(shorter) if left[i] != right[i])
