"""The thread of the open conversation: its rows, and everything a person does in them."""

from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import Message, MessageId, Role
from oa_desktop.ui.asking import Asking
from oa_desktop.ui.generations import Generations
from oa_desktop.ui.judging import Judging
from oa_desktop.ui.message_blocks import MessageBlocks
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.provided import provided
from oa_desktop.ui.reply_row import FeedbackIndex, ReplyRow
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.session import ChatSession
from oa_desktop.ui.snapshots import notify_changes
from oa_desktop.ui.summaries import UNTITLED
from oa_desktop.ui.thread_lines import CARDS, NEWEST, ThreadLine, reply_rows, single_row, thread_lines
from oa_desktop.ui.thread_rows import RowKind

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ThreadProps:
    """What the thread shows beside its rows.

    waiting: a prompt waits for the model to load.
    editing_id, editing_text: the prompt that is being changed, and what it says so far.
    """

    tree_id: str = ""
    title: str = ""
    empty: bool = True
    streaming: bool = False
    waiting: bool = False
    editing_id: str = ""
    editing_text: str = ""


@QmlElement
@QmlSingleton
class ThreadViewModel(QObject):
    """Rows of the branch shown; slots take the ids the rows carry."""

    treeIdChanged = Signal()
    titleChanged = Signal()
    emptyChanged = Signal()
    streamingChanged = Signal()
    waitingChanged = Signal()
    editingIdChanged = Signal()
    editingTextChanged = Signal()
    conversationOpened = Signal()
    """Another conversation is shown: scroll to its end."""
    replyFocusRequested = Signal(str)
    """A reply moved while the person ranks by keyboard: focus follows it."""
    composerFocusRequested = Signal()

    def __init__(
        self,
        session: ChatSession,
        generations: Generations,
        judging: Judging,
        asking: Asking,
        blocks: MessageBlocks,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._generations = generations
        self._judging = judging
        self._asking = asking
        self._blocks = blocks
        self._notices = notices
        self._props = ThreadProps()
        self._index = FeedbackIndex({}, {}, {}, ())
        self._replies: dict[str, RowsModel[ReplyRow]] = {}
        self._outgoing: list[RowsModel[ReplyRow]] = []
        self._cards_shown: dict[str, int] = {}
        self._whole: set[str] = set()
        self._newest = NEWEST
        self._rows = RowsModel(ThreadLine, self, computed={"replies": self._replies_of})
        session.opened.connect(self._opened)
        session.changed.connect(self._update)
        session.prompt_stored.connect(self._prompt_stored)
        asking.waiting_changed.connect(self._update)

    @staticmethod
    def create(_engine: QQmlEngine) -> "ThreadViewModel":
        """The instance wiring made."""
        return provided(ThreadViewModel)

    @Property(str, notify=treeIdChanged)
    def treeId(self) -> str:
        return self._props.tree_id

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        return self._props.title

    @Property(bool, notify=emptyChanged)
    def empty(self) -> bool:
        return self._props.empty

    @Property(bool, notify=streamingChanged)
    def streaming(self) -> bool:
        return self._props.streaming

    @Property(bool, notify=waitingChanged)
    def waiting(self) -> bool:
        return self._props.waiting

    @Property(str, notify=editingIdChanged)
    def editingId(self) -> str:
        return self._props.editing_id

    @Property(str, notify=editingTextChanged)
    def editingText(self) -> str:
        return self._props.editing_text

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    @Slot(str, int)
    def showSibling(self, message_id: str, step: int) -> None:
        self._session.show_sibling(MessageId(message_id), step)

    @Slot(str)
    def showMessage(self, message_id: str) -> None:
        self._session.show(MessageId(message_id))

    @Slot(str)
    def continueFrom(self, message_id: str) -> None:
        self._session.continue_from(MessageId(message_id))
        self.composerFocusRequested.emit()

    @Slot(str)
    def choose(self, message_id: str) -> None:
        """Make a reply of the last level the one on the branch."""
        current = self._session.current
        if current is not None and current.leaf != message_id:
            self._session.show(MessageId(message_id))

    @Slot(str, bool)
    def showSideBySide(self, parent_id: str, shown: bool) -> None:
        self._session.expand(MessageId(parent_id), shown)

    @Slot(str)
    def showMoreCards(self, parent_id: str) -> None:
        self._cards_shown[parent_id] = self._cards_shown.get(parent_id, CARDS) + CARDS
        self._update()

    @Slot(str)
    def showWhole(self, message_id: str) -> None:
        self._whole.add(message_id)
        self._update()

    @Slot()
    def showEarlier(self) -> None:
        self._newest += NEWEST
        self._update()

    @Slot(str)
    def startEdit(self, message_id: str) -> None:
        self._set_editing(message_id)

    @Slot()
    def editLastPrompt(self) -> None:
        prompt = self._session.current.last_prompt() if self._session.current else None
        if prompt is not None and not self._props.streaming:
            self._set_editing(prompt.id)

    @Slot()
    def cancelEdit(self) -> None:
        self._set_editing("")
        self.composerFocusRequested.emit()

    @Slot(str, str)
    def saveEdit(self, message_id: str, text: str) -> None:
        message = self._message(message_id)
        if message is None or not text.strip() or message.text == text:
            self.cancelEdit()
        else:
            self._session.edit(message.id, text, lambda _: None)

    @Slot(str)
    def regenerate(self, message_id: str) -> None:
        """More replies beside this one, or to this prompt."""
        message = self._message(message_id)
        if message is not None and message.role is Role.ASSISTANT and message.parent_id is not None:
            message = self._message(message.parent_id)
        if message is not None:
            self._asking.ask(message)

    @Slot()
    def regenerateLast(self) -> None:
        """More replies to the last prompt of the branch shown."""
        prompt = self._session.current.last_prompt() if self._session.current else None
        if prompt is not None:
            self.regenerate(prompt.id)

    @Slot()
    def stop(self) -> None:
        if self._session.tree_id is not None:
            self._asking.stop(self._session.tree_id)

    @Slot(str)
    def copyMessage(self, message_id: str) -> None:
        message = self._message(message_id)
        if message is not None:
            self.copyText(self._generations.text(message.id) or message.text)

    @Slot()
    def copyLastReply(self) -> None:
        current = self._session.current
        if current is not None and current.tree[current.leaf].role is Role.ASSISTANT:
            self.copyMessage(current.leaf)

    @Slot(str)
    def copyText(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._notices.toast("Copied.")

    @Slot(str)
    def deleteMessage(self, message_id: str) -> None:
        message = self._message(message_id)
        if message is not None and message.parent_id is not None and self._session.current is not None:
            count = self._session.current.tree.subtree_size(message.id)
            self._session.delete_message(message.id)
            words = "Message deleted." if count == 1 else f"{count:,} messages deleted."
            self._notices.toast(words, "Undo", lambda: self._session.restore_message(message.id))

    @Slot(str, int)
    def placeReply(self, message_id: str, position: int) -> None:
        """Give a reply another place among its siblings, counted from 0."""
        message = self._message(message_id)
        if (
            message is not None
            and message.parent_id is not None
            and self._judging.can_rank(message.parent_id)
        ):
            order = self._judging.order(message.parent_id).moved(message.id, position)
            self._judging.rank(message.parent_id, order)
            self.replyFocusRequested.emit(message.id)

    @Slot(str, int)
    def stepReply(self, message_id: str, step: int) -> None:
        """Move a reply up (negative) or down among its siblings."""
        message = self._message(message_id)
        if message is not None and message.parent_id is not None:
            order = self._judging.order(message.parent_id).order
            if message.id in order:
                self.placeReply(message.id, order.index(message.id) + step)

    @Slot(str)
    def toggleTie(self, message_id: str) -> None:
        """Tie a reply with the one ranked above it, or set it apart again."""
        message = self._message(message_id)
        if (
            message is not None
            and message.parent_id is not None
            and self._judging.can_rank(message.parent_id)
        ):
            order = self._judging.order(message.parent_id).tie_toggled(message.id)
            self._judging.rank(message.parent_id, order)

    @Slot(str, bool)
    def setNoneAcceptable(self, parent_id: str, none_acceptable: bool) -> None:
        self._judging.set_none_acceptable(MessageId(parent_id), none_acceptable)

    def _message(self, message_id: str) -> Message | None:
        current = self._session.current
        return current.tree.messages.get(MessageId(message_id)) if current else None

    def _replies_of(self, line: ThreadLine) -> QObject:
        model = self._replies.get(line.key)
        if model is None:
            model = RowsModel(ReplyRow, self, computed={"blocks": self._blocks_of})
            self._replies[line.key] = model
            self._fill(model, line)
        return model

    def _blocks_of(self, row: ReplyRow) -> QObject:
        current = self._session.current
        assert current is not None
        return self._blocks.of(current.tree[MessageId(row.message_id)])

    def _fill(self, model: RowsModel[ReplyRow], line: ThreadLine) -> None:
        current = self._session.current
        if current is None:
            model.set_rows(())
        elif line.kind == RowKind.CARDS:
            most = self._cards_shown.get(line.parent_id, CARDS)
            model.set_rows(reply_rows(current, MessageId(line.parent_id), self._index, most))
        else:
            model.set_rows(single_row(current, MessageId(line.message_id), self._index))

    def _opened(self) -> None:
        self._rows.set_rows(())
        for model in self._outgoing:
            model.deleteLater()
        self._outgoing = list(self._replies.values())
        self._replies = {}
        self._cards_shown.clear()
        self._newest = NEWEST
        self._whole.clear()
        self._blocks.forget_all()
        self._update()
        self.conversationOpened.emit()

    def _update(self) -> None:
        current = self._session.current
        if current is None:
            self._rows.set_rows(())
            self._publish(ThreadProps())
            return
        self._index = FeedbackIndex.of(current.tree, current.feedback)
        streaming = self._generations.is_running(current.tree_id)
        waiting = self._asking.is_waiting(current.tree_id)
        lines = thread_lines(
            current,
            busy=streaming or waiting,
            newest=self._newest,
            shown=self._cards_shown,
            whole=self._whole,
        )
        self._blocks.refresh(current.tree)
        by_key = {line.key: line for line in lines}
        for key, model in list(self._replies.items()):
            if key in by_key:
                self._fill(model, by_key[key])
        self._rows.set_rows(lines)
        self._publish(
            ThreadProps(
                current.tree_id,
                title=" ".join(current.conversation.title.split()) or UNTITLED,
                empty=False,
                streaming=streaming,
                waiting=waiting,
                editing_id=self._props.editing_id,
                editing_text=self._props.editing_text,
            )
        )

    def _prompt_stored(self, _prompt: Message) -> None:
        self._set_editing("")

    def _set_editing(self, message_id: str) -> None:
        message = self._message(message_id)
        text = message.text if message else ""
        self._publish(replace(self._props, editing_id=message_id if message else "", editing_text=text))

    def _publish(self, props: ThreadProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)
