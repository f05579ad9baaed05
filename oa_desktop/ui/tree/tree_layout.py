"""Where each message of a tree is drawn: a tidy tree, computed without recursion. Pure; knows no Qt.

Follows Buchheim, Jünger and Leipert, "Improving Walker's Algorithm to Run in Linear Time" (2002).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from oa_desktop.conversation.message import MessageId
from oa_desktop.conversation.tree import MessageTree


@dataclass(frozen=True, slots=True)
class Place:
    """A node's place: x in node widths from the leftmost node, depth in rows from the root."""

    id: MessageId
    parent_id: MessageId | None
    x: float
    depth: int


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """All places of one tree, with what is needed to find those in a window quickly.

    width: x of the rightmost node. depth: row of the deepest node.
    rows: places per depth, left to right.
    """

    places: Mapping[MessageId, Place]
    rows: Sequence[Sequence[Place]]
    width: float
    depth: int

    def inside(self, left: float, right: float, top: int, bottom: int) -> tuple[Place, ...]:
        """The places with left <= x <= right in rows top to bottom, row by row."""
        found: list[Place] = []
        for row in self.rows[max(top, 0) : bottom + 1]:
            start = bisect_left(row, left, key=lambda place: place.x)
            end = bisect_right(row, right, key=lambda place: place.x)
            found += row[start:end]
        return tuple(found)

    def edges(self, left: float, right: float, top: int, bottom: int) -> tuple[tuple[Place, Place], ...]:
        """Parent and child of each line worth drawing in the window.

        Of the lines that leave the window sideways only the nearest at each side of a parent is kept.
        """
        found: list[Place] = []
        for depth in range(max(top, 1), min(bottom + 1, self.depth) + 1):
            row = self.rows[depth]
            first = bisect_left(row, left, key=lambda place: place.x)
            last = bisect_right(row, right, key=lambda place: place.x)
            found += row[max(first - 1, 0) : last + 1]
        return tuple((self.places[child.parent_id], child) for child in found if child.parent_id)


def lay_out(tree: MessageTree) -> TreeLayout:
    """Place every message that is not deleted. Siblings stand oldest first, a node above its replies."""
    nodes = _nodes(tree)
    _first_walk(nodes)
    return _second_walk(nodes)


@dataclass(slots=True)
class _Node:
    """One node while it is being placed; the field names are those of the paper."""

    id: MessageId
    parent: "_Node | None"
    number: int
    depth: int
    children: list["_Node"] = field(default_factory=list)
    prelim: float = 0.0
    mod: float = 0.0
    shift: float = 0.0
    change: float = 0.0
    thread: "_Node | None" = None
    ancestor: "_Node | None" = None
    default_ancestor: "_Node | None" = None

    def left(self) -> "_Node | None":
        return self.children[0] if self.children else self.thread

    def right(self) -> "_Node | None":
        return self.children[-1] if self.children else self.thread


def _nodes(tree: MessageTree) -> list[_Node]:
    """Parents before replies, siblings in order."""
    root = _Node(tree.root.id, None, 0, 0)
    nodes, stack = [], [root]
    while stack:
        node = stack.pop()
        nodes.append(node)
        replies = tree.children(node.id)
        node.children = [_Node(m.id, node, i, node.depth + 1) for i, m in enumerate(replies)]
        node.default_ancestor = node.children[0] if node.children else None
        node.ancestor = node
        stack.extend(reversed(node.children))
    return nodes


def _post_order(root: _Node) -> Iterable[_Node]:
    stack: list[tuple[_Node, int]] = [(root, 0)]
    while stack:
        node, visited = stack.pop()
        if visited < len(node.children):
            stack.append((node, visited + 1))
            stack.append((node.children[visited], 0))
        else:
            yield node


def _first_walk(nodes: list[_Node]) -> None:
    for node in _post_order(nodes[0]):
        sibling = node.parent.children[node.number - 1] if node.parent and node.number else None
        beside = sibling.prelim + 1 if sibling else 0.0
        if node.children:
            _execute_shifts(node)
            middle = (node.children[0].prelim + node.children[-1].prelim) / 2
            node.prelim, node.mod = (beside, beside - middle) if sibling else (middle, 0.0)
        else:
            node.prelim = beside
        if sibling and node.parent:
            _apportion(node, sibling, node.parent)


def _execute_shifts(node: _Node) -> None:
    shift = change = 0.0
    for child in reversed(node.children):
        child.prelim += shift
        child.mod += shift
        change += child.change
        shift += child.shift + change


def _apportion(node: _Node, sibling: _Node, parent: _Node) -> None:
    """Push the subtree of `node` right until it clears the subtrees of its left siblings."""
    inner_right, outer_right = node, node
    inner_left, outer_left = sibling, parent.children[0]
    sum_inner_right = sum_outer_right = node.mod
    sum_inner_left, sum_outer_left = inner_left.mod, outer_left.mod
    while (next_left := inner_left.right()) and (next_right := inner_right.left()):
        inner_left, inner_right = next_left, next_right
        outer_left = outer_left.left() or outer_left
        outer_right = outer_right.right() or outer_right
        outer_right.ancestor = node
        gap = inner_left.prelim + sum_inner_left - inner_right.prelim - sum_inner_right + 1
        if gap > 0:
            _move_subtree(_ancestor(inner_left, parent), node, gap)
            sum_inner_right += gap
            sum_outer_right += gap
        sum_inner_left += inner_left.mod
        sum_inner_right += inner_right.mod
        sum_outer_left += outer_left.mod
        sum_outer_right += outer_right.mod
    if inner_left.right() and not outer_right.right():
        outer_right.thread = inner_left.right()
        outer_right.mod += sum_inner_left - sum_outer_right
    if inner_right.left() and not outer_left.left():
        outer_left.thread = inner_right.left()
        outer_left.mod += sum_inner_right - sum_outer_left
        parent.default_ancestor = node


def _ancestor(inner_left: _Node, parent: _Node) -> _Node:
    found = inner_left.ancestor
    if found is not None and found.parent is parent:
        return found
    assert parent.default_ancestor is not None
    return parent.default_ancestor


def _move_subtree(left: _Node, right: _Node, gap: float) -> None:
    between = right.number - left.number
    right.change -= gap / between
    right.shift += gap
    left.change += gap / between
    right.prelim += gap
    right.mod += gap


def _second_walk(nodes: list[_Node]) -> TreeLayout:
    offset: dict[MessageId, float] = {nodes[0].id: 0.0}
    placed: list[tuple[_Node, float]] = []
    for node in nodes:
        x = node.prelim + offset[node.id]
        placed.append((node, x))
        for child in node.children:
            offset[child.id] = offset[node.id] + node.mod
    leftmost = min(x for _, x in placed)
    places: dict[MessageId, Place] = {}
    rows: dict[int, list[Place]] = defaultdict(list)
    for node, x in placed:
        place = Place(node.id, node.parent.id if node.parent else None, x - leftmost, node.depth)
        places[node.id] = place
        rows[node.depth].append(place)
    depth = max(rows)
    ordered = [sorted(rows[level], key=lambda place: place.x) for level in range(depth + 1)]
    return TreeLayout(places, ordered, max(place.x for place in places.values()), depth)
