"""The tree panel: the nodes and lines inside its window, and what is known of the whole tree."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import MessageId
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.provided import provided
from oa_desktop.ui.reply_row import FeedbackIndex
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.session import ChatSession
from oa_desktop.ui.snapshots import notify_changes
from oa_desktop.ui.tree_drawing import TreeDrawing, TreeFacts, TreeNode, tree_facts
from oa_desktop.ui.tree_layout import TreeLayout, lay_out

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class TreeProps:
    """Sizes in pixels; lines as SVG paths; words about the tree."""

    content_width: float = 0.0
    content_height: float = 0.0
    active_lines: str = ""
    other_lines: str = ""
    state_text: str = ""
    size_text: str = ""
    feedback_text: str = ""
    leaf_x: float = 0.0
    leaf_y: float = 0.0


@QmlElement
@QmlSingleton
class TreeViewModel(QObject):
    """Only what lies in the window is in `nodes`, so that a tree of ten thousand messages stays light."""

    contentWidthChanged = Signal()
    contentHeightChanged = Signal()
    activeLinesChanged = Signal()
    otherLinesChanged = Signal()
    stateTextChanged = Signal()
    sizeTextChanged = Signal()
    feedbackTextChanged = Signal()
    leafXChanged = Signal()
    leafYChanged = Signal()
    leafMoved = Signal()
    """The end of the branch shown is elsewhere: bring it into view."""

    def __init__(self, session: ChatSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._props = TreeProps()
        self._nodes = RowsModel(TreeNode, self)
        self._tree: MessageTree | None = None
        self._layout: TreeLayout | None = None
        self._facts = TreeFacts()
        self._window = (0.0, 0.0, 0.0, 0.0)
        self._leaf: MessageId | None = None
        session.changed.connect(self._update)

    @staticmethod
    def create(_engine: QQmlEngine) -> "TreeViewModel":
        """The instance wiring made."""
        return provided(TreeViewModel)

    @Property(QObject, constant=True)
    def nodes(self) -> QObject:
        return self._nodes

    @Property(float, notify=contentWidthChanged)
    def contentWidth(self) -> float:
        return self._props.content_width

    @Property(float, notify=contentHeightChanged)
    def contentHeight(self) -> float:
        return self._props.content_height

    @Property(str, notify=activeLinesChanged)
    def activeLines(self) -> str:
        return self._props.active_lines

    @Property(str, notify=otherLinesChanged)
    def otherLines(self) -> str:
        return self._props.other_lines

    @Property(str, notify=stateTextChanged)
    def stateText(self) -> str:
        return self._props.state_text

    @Property(str, notify=sizeTextChanged)
    def sizeText(self) -> str:
        return self._props.size_text

    @Property(str, notify=feedbackTextChanged)
    def feedbackText(self) -> str:
        return self._props.feedback_text

    @Property(float, notify=leafXChanged)
    def leafX(self) -> float:
        return self._props.leaf_x

    @Property(float, notify=leafYChanged)
    def leafY(self) -> float:
        return self._props.leaf_y

    @Slot(float, float, float, float)
    def setWindow(self, x: float, y: float, width: float, height: float) -> None:
        """The part of the drawing that can be seen, in pixels."""
        if (x, y, width, height) != self._window:
            self._window = (x, y, width, height)
            self._draw()

    @Slot(str)
    def openMessage(self, message_id: str) -> None:
        self._session.show(MessageId(message_id))

    @Slot(str)
    def walk(self, direction: str) -> None:
        """Move along the tree from the end of the branch: "up", "down", "left" or "right"."""
        current = self._session.current
        if current is None:
            return
        leaf = current.tree[current.leaf]
        match direction:
            case "up" if leaf.parent_id is not None:
                self._session.continue_from(leaf.parent_id)
            case "down" if replies := current.tree.children(leaf.id):
                self._session.continue_from(replies[-1].id)
            case "left" if (sibling := current.sibling(leaf.id, -1)) is not None:
                self._session.continue_from(sibling)
            case "right" if (sibling := current.sibling(leaf.id, 1)) is not None:
                self._session.continue_from(sibling)

    def _update(self) -> None:
        current = self._session.current
        if current is None:
            self._tree = self._layout = self._leaf = None
            self._nodes.set_rows(())
            self._publish(TreeProps())
            return
        self._facts = tree_facts(current, FeedbackIndex.of(current.tree, current.feedback))
        if self._tree is not current.tree:
            if self._layout is None or not _same_shape(self._tree, current.tree):
                self._layout = lay_out(current.tree)
            self._tree = current.tree
        self._draw()
        if current.leaf != self._leaf:
            self._leaf = current.leaf
            self.leafMoved.emit()

    def _draw(self) -> None:
        current = self._session.current
        if current is None or self._layout is None:
            return
        drawing = TreeDrawing(self._layout, current, self._facts, window_width=self._window[2])
        nodes = drawing.nodes(*self._window)
        active, other = drawing.lines(*self._window)
        leaf_x, leaf_y = drawing.place(current.leaf)
        self._nodes.set_rows(nodes)
        self._publish(
            TreeProps(
                content_width=drawing.width,
                content_height=drawing.height,
                active_lines=active,
                other_lines=other,
                state_text=self._facts.state_text,
                size_text=self._facts.size_text,
                feedback_text=self._facts.feedback_text,
                leaf_x=leaf_x,
                leaf_y=leaf_y,
            )
        )

    def _publish(self, props: TreeProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)


def _same_shape(before: MessageTree | None, after: MessageTree) -> bool:
    """Whether two trees of one conversation have the same messages in the same places."""
    if before is None or before.id != after.id or len(before) != len(after):
        return False
    return all(
        id_ in before and before[id_].deleted == message.deleted for id_, message in after.messages.items()
    )
