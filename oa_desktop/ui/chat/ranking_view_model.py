"""Ranking replies: by dragging, by number, step by step, with ties, or finding none acceptable."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import MessageId
from oa_desktop.ui.chat.judging import Judging
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.provided import provided

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class RankingViewModel(QObject):
    """Every move is a complete ranking and is stored at once; what cannot be ranked now stays as it is."""

    replyFocusRequested = Signal(str)
    """A reply moved while the person ranks by keyboard: focus follows it."""

    def __init__(self, session: ChatSession, judging: Judging, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._judging = judging

    @staticmethod
    def create(_engine: QQmlEngine) -> "RankingViewModel":
        """The instance wiring made."""
        return provided(RankingViewModel)

    @Slot(str, int)
    def placeReply(self, message_id: str, position: int) -> None:
        """Give a reply another place among its siblings, counted from 0."""
        parent_id = self._rankable_parent(message_id)
        if parent_id is not None:
            reply = MessageId(message_id)
            self._judging.rank(parent_id, self._judging.order(parent_id).moved(reply, position))
            self.replyFocusRequested.emit(message_id)

    @Slot(str, int)
    def stepReply(self, message_id: str, step: int) -> None:
        """Move a reply up (negative) or down among its siblings."""
        parent_id = self._rankable_parent(message_id)
        order = self._judging.order(parent_id).order if parent_id is not None else ()
        if message_id in order:
            self.placeReply(message_id, max(0, order.index(MessageId(message_id)) + step))

    @Slot(str)
    def toggleTie(self, message_id: str) -> None:
        """Tie a reply with the one ranked above it, or set it apart again."""
        parent_id = self._rankable_parent(message_id)
        if parent_id is not None:
            self._judging.rank(parent_id, self._judging.order(parent_id).tie_toggled(MessageId(message_id)))

    @Slot(str, bool)
    def setNoneAcceptable(self, parent_id: str, none_acceptable: bool) -> None:
        """Say that no reply to a prompt will do, or take that back."""
        self._judging.set_none_acceptable(MessageId(parent_id), none_acceptable)

    def _rankable_parent(self, message_id: str) -> MessageId | None:
        """The prompt a reply answers, if its replies can be ranked now."""
        current = self._session.current
        message = current.tree.messages.get(MessageId(message_id)) if current else None
        parent_id = message.parent_id if message else None
        return parent_id if parent_id is not None and self._judging.can_rank(parent_id) else None
