"""The thread of the open conversation: its rows, and everything a person does in them."""

from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import Message, MessageId, Role
from oa_desktop.ui.chat.asking import Asking
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.chat.thread_models import ThreadModels
from oa_desktop.ui.conversations.summaries import UNTITLED
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.provided import provided
from oa_desktop.ui.snapshots import notify_changes

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
    composerFocusRequested = Signal()
    rowsChanged = Signal()
    """The thread may have other rows, or other texts in them."""

    def __init__(
        self,
        session: ChatSession,
        generations: Generations,
        asking: Asking,
        models: ThreadModels,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._generations = generations
        self._asking = asking
        self._models = models
        self._notices = notices
        self._props = ThreadProps()
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
        return self._models.rows

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
        self._models.unfold_cards(parent_id)
        self._update()

    @Slot(str)
    def showWhole(self, message_id: str) -> None:
        self._models.unfold_prompt(message_id)
        self._update()

    @Slot()
    def showEarlier(self) -> None:
        self._models.unfold_earlier()
        self._update()

    def reveal(self, depth: int, prompt_id: MessageId | None) -> None:
        """Bring the message at this place of the branch among the rows, a prompt with all of its text."""
        current = self._session.current
        if current is None:
            return
        self._models.unfold_to(len(current.tree.path(current.leaf)) - depth)
        if prompt_id is not None:
            self._models.unfold_prompt(prompt_id)
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

    @Slot(str)
    def continueReply(self, message_id: str) -> None:
        """Another reply beside this one, that begins with its text and goes on."""
        message = self._message(message_id)
        if message is not None and message.role is Role.ASSISTANT and message.text.strip():
            self._asking.ask(message)

    @Slot()
    def continueLast(self) -> None:
        """Go on with the reply at the end of the branch shown."""
        if self._session.current is not None and not self._props.streaming:
            self.continueReply(self._session.current.leaf)

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

    def _message(self, message_id: str) -> Message | None:
        current = self._session.current
        return current.tree.messages.get(MessageId(message_id)) if current else None

    def _opened(self) -> None:
        self._models.begin()
        self._update()
        self.conversationOpened.emit()

    def _update(self) -> None:
        current = self._session.current
        if current is None:
            self._models.show(None, busy=False)
            self._publish(ThreadProps())
            self.rowsChanged.emit()
            return
        streaming = self._generations.is_running(current.tree_id)
        waiting = self._asking.is_waiting(current.tree_id)
        self._models.show(current, busy=streaming or waiting)
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
        self.rowsChanged.emit()

    def _prompt_stored(self, _prompt: Message) -> None:
        self._set_editing("")

    def _set_editing(self, message_id: str) -> None:
        message = self._message(message_id)
        text = message.text if message else ""
        self._publish(replace(self._props, editing_id=message_id if message else "", editing_text=text))

    def _publish(self, props: ThreadProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)
