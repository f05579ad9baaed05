"""From places in a tree to pixels in the tree panel: nodes, lines, sizes and the words beside them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from oa_desktop.conversation.feedback import TreeFeedback
from oa_desktop.conversation.message import MessageId, Role
from oa_desktop.conversation.states import derive_state
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.chat.open_conversation import OpenConversation
from oa_desktop.ui.chat.reply_row import FeedbackIndex
from oa_desktop.ui.conversations.summaries import counted, state_text
from oa_desktop.ui.tree.tree_layout import Place, TreeLayout, lay_out

MARGIN = 18.0
COLUMN_WIDEST, COLUMN_NARROWEST = 50.0, 26.0
ROW = 60.0
NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One node to draw; node_x and node_y are its middle."""

    key: str
    message_id: str
    node_x: float
    node_y: float
    square: bool
    active: bool
    current: bool
    rank: int
    labelled: bool
    name: str


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """What is known of the tree as a whole, whichever branch is shown."""

    index: FeedbackIndex | None = None
    state_text: str = ""
    size_text: str = ""
    feedback_text: str = ""


def tree_facts(current: OpenConversation, index: FeedbackIndex) -> TreeFacts:
    """State and counts of the open conversation."""
    ranked = current.feedback.ranked_parents()
    shown = [message for message in current.tree.messages.values() if not message.deleted]
    depths = current.tree.depths()
    depth = max((depths[message.id] for message in shown), default=0) + 1
    return TreeFacts(
        index=index,
        state_text=state_text(derive_state(current.tree, ranked), current.tree, ranked),
        size_text=f"{counted(len(shown), 'message')}, depth {depth}",
        feedback_text=f"{counted(len(index.labels), 'label set')}, {counted(len(ranked), 'ranking')}",
    )


@dataclass(frozen=True, slots=True)
class MeasuredTree:
    """A tree laid out and counted, with what it was made from."""

    tree: MessageTree
    feedback: TreeFeedback
    layout: TreeLayout
    facts: TreeFacts

    def is_of(self, current: OpenConversation) -> bool:
        """Whether nothing was added or said since."""
        return self.tree is current.tree and self.feedback is current.feedback


def measured(current: OpenConversation, before: MeasuredTree | None) -> MeasuredTree:
    """The open conversation laid out and counted; a layout of the same shape is taken over."""
    index = FeedbackIndex.of(current.tree, current.feedback)
    same = before is not None and _same_shape(before.tree, current.tree)
    layout = before.layout if before is not None and same else lay_out(current.tree)
    return MeasuredTree(current.tree, current.feedback, layout, tree_facts(current, index))


def _same_shape(before: MessageTree, after: MessageTree) -> bool:
    """Whether two trees of one conversation have the same messages in the same places."""
    if before is after:
        return True
    if before.id != after.id or len(before) != len(after):
        return False
    return all(
        id_ in before and before[id_].deleted == message.deleted for id_, message in after.messages.items()
    )


class TreeDrawing:
    """A layout in pixels. Columns are as wide as the window allows, within limits."""

    def __init__(
        self,
        layout: TreeLayout,
        current: OpenConversation,
        facts: TreeFacts,
        on_path: Collection[MessageId],
        *,
        window_width: float,
    ) -> None:
        """on_path: the messages of the branch shown."""
        self._layout = layout
        self._current = current
        self._facts = facts
        self._on_path = on_path
        room = max(window_width - 2 * MARGIN, 0.0)
        fitting = room / layout.width if layout.width else COLUMN_WIDEST
        self._column = min(COLUMN_WIDEST, max(COLUMN_NARROWEST, fitting))
        self.width = max(layout.width * self._column + 2 * MARGIN, window_width)
        self.height = layout.depth * ROW + 2 * MARGIN
        self._left = (self.width - layout.width * self._column) / 2

    def place(self, message_id: MessageId) -> tuple[float, float]:
        """Middle of a message's node; the root's for an unknown one."""
        place = self._layout.places.get(message_id)
        return self._pixels(place) if place else (self._left, MARGIN)

    def nodes(self, x: float, y: float, width: float, height: float) -> tuple[TreeNode, ...]:
        """The nodes in a part of the drawing and a little around it."""
        return tuple(self._node(place) for place in self._layout.inside(*self._cells(x, y, width, height)))

    def lines(self, x: float, y: float, width: float, height: float) -> tuple[str, str]:
        """SVG paths of the lines on the branch shown, and of the others."""
        active: list[str] = []
        other: list[str] = []
        for parent, child in self._layout.edges(*self._cells(x, y, width, height)):
            from_x, from_y = self._pixels(parent)
            to_x, to_y = self._pixels(child)
            line = f"M{from_x:.1f} {from_y:.1f}L{to_x:.1f} {to_y:.1f}"
            (active if child.id in self._on_path else other).append(line)
        return "".join(active), "".join(other)

    def _cells(self, x: float, y: float, width: float, height: float) -> tuple[float, float, int, int]:
        left, right = (x - self._left) / self._column - 1, (x + width - self._left) / self._column + 1
        return left, right, int((y - MARGIN) / ROW) - 1, int((y + height - MARGIN) / ROW) + 2

    def _pixels(self, place: Place) -> tuple[float, float]:
        return self._left + place.x * self._column, MARGIN + place.depth * ROW

    def _node(self, place: Place) -> TreeNode:
        message = self._current.tree[place.id]
        index = self._facts.index
        x, y = self._pixels(place)
        rank = index.ranks.get(place.id, 0) if index else 0
        who = "Reply" if message.role is Role.ASSISTANT else "Prompt"
        ranked = f", rank {rank}" if rank else ""
        return TreeNode(
            key=place.id,
            message_id=place.id,
            node_x=x,
            node_y=y,
            square=message.role is Role.ASSISTANT,
            active=place.id in self._on_path,
            current=place.id == self._current.leaf,
            rank=rank,
            labelled=bool(index and place.id in index.labels),
            name=f"{who}{ranked}: {' '.join(message.text[: 2 * NAME_CHARACTERS].split())[:NAME_CHARACTERS]}",
        )
