"""The tree panel: the nodes and lines inside its window, and what is known of the whole tree."""

import asyncio
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import MessageId
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.open_conversation import OpenConversation
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes
from oa_desktop.ui.tree.tree_drawing import MeasuredTree, TreeDrawing, TreeNode, measured

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

UPDATE_MS = 20
"""Changes within this time are drawn once."""
MEASURED_AT_ONCE = 600
"""A tree of more messages than this is laid out on another thread: ten thousand take a third of a second."""


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

    def __init__(self, bridge: Bridge, session: ChatSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._session = session
        self._props = TreeProps()
        self._nodes = RowsModel(TreeNode, self)
        self._measured: MeasuredTree | None = None
        self._is_measuring = False
        self._on_path: frozenset[MessageId] = frozenset()
        self._window = (0.0, 0.0, 0.0, 0.0)
        self._leaf: MessageId | None = None
        self._later = QTimer(self, interval=UPDATE_MS, singleShot=True)
        self._later.timeout.connect(self._update)
        session.changed.connect(self._later.start)

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
            self._measured = self._leaf = None
            self._nodes.set_rows(())
            self._publish(TreeProps())
        elif self._measured is None or not self._measured.is_of(current):
            self._measure(current)
        else:
            self._show(current)

    def _measure(self, current: OpenConversation) -> None:
        """Lay the tree out and count; a large one on another thread, its old picture shown meanwhile."""
        before = self._measured
        if len(current.tree) <= MEASURED_AT_ONCE:
            self._arrived(measured(current, before))
        elif not self._is_measuring:
            self._is_measuring = True

            async def measure() -> MeasuredTree:
                return await asyncio.to_thread(measured, current, before)

            self._bridge.run(measure(), self._arrived, lambda _: None)

    def _arrived(self, tree: MeasuredTree) -> None:
        self._is_measuring = False
        current = self._session.current
        if current is None:
            return
        if tree.is_of(current):
            self._measured = tree
            self._show(current)
        else:
            self._later.start()

    def _show(self, current: OpenConversation) -> None:
        self._on_path = frozenset(message.id for message in current.tree.path(current.leaf))
        self._draw()
        if current.leaf != self._leaf:
            self._leaf = current.leaf
            self.leafMoved.emit()

    def _draw(self) -> None:
        current, tree = self._session.current, self._measured
        if current is None or tree is None or not tree.is_of(current):
            return
        facts = tree.facts
        drawing = TreeDrawing(tree.layout, current, facts, self._on_path, window_width=self._window[2])
        active, other = drawing.lines(*self._window)
        leaf_x, leaf_y = drawing.place(current.leaf)
        self._nodes.set_rows(drawing.nodes(*self._window))
        self._publish(
            TreeProps(
                content_width=drawing.width,
                content_height=drawing.height,
                active_lines=active,
                other_lines=other,
                state_text=facts.state_text,
                size_text=facts.size_text,
                feedback_text=facts.feedback_text,
                leaf_x=leaf_x,
                leaf_y=leaf_y,
            )
        )

    def _publish(self, props: TreeProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)
