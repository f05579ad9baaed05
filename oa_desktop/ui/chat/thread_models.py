"""The list models of the thread: its rows, the replies of each row, and how much of them is shown."""

from PySide6.QtCore import QObject

from oa_desktop.conversation.message import MessageId
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.chat.message_blocks import MessageBlocks
from oa_desktop.ui.chat.open_conversation import OpenConversation
from oa_desktop.ui.chat.reply_row import FeedbackIndex, ReplyRow
from oa_desktop.ui.chat.thread_lines import CARDS, NEWEST, ThreadLine, reply_rows, single_row, thread_lines
from oa_desktop.ui.chat.thread_rows import RowKind
from oa_desktop.ui.rows_model import RowsModel


class ThreadModels(QObject):
    """`rows` for the list; each row has its replies as a model of its own, made when a delegate asks."""

    def __init__(
        self, blocks: MessageBlocks, generations: Generations, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._blocks = blocks
        self._generations = generations
        generations.measures_changed.connect(self._measures_changed)
        self._current: OpenConversation | None = None
        self._index = FeedbackIndex({}, {}, {}, ())
        self._replies: dict[str, RowsModel[ReplyRow]] = {}
        self._outgoing: list[RowsModel[ReplyRow]] = []
        self._cards: dict[str, int] = {}
        self._whole: set[str] = set()
        self._newest = NEWEST
        self.rows = RowsModel(ThreadLine, self, computed={"replies": self._replies_of})

    def begin(self) -> None:
        """Another conversation opens: forget the rows and all that was unfolded.

        Delegates let go of a model a bit later, so it outlives one more opening.
        """
        self.rows.set_rows(())
        for model in self._outgoing:
            model.deleteLater()
        self._outgoing = list(self._replies.values())
        self._replies = {}
        self._cards.clear()
        self._whole.clear()
        self._newest = NEWEST
        self._blocks.forget_all()

    def show(self, current: OpenConversation | None, *, busy: bool) -> None:
        """Bring every model to this conversation. busy: replies are on their way."""
        self._current = current
        if current is None:
            self.rows.set_rows(())
            return
        self._index = FeedbackIndex.of(current.tree, current.feedback)
        self._blocks.refresh(current.tree)
        lines = thread_lines(current, busy=busy, newest=self._newest, shown=self._cards, whole=self._whole)
        for line in lines:
            if line.key in self._replies:
                self._fill(self._replies[line.key], line)
        self.rows.set_rows(lines)

    def unfold_cards(self, parent_id: str) -> None:
        """More replies to a prompt from the next `show` on."""
        self._cards[parent_id] = self._cards.get(parent_id, CARDS) + CARDS

    def unfold_prompt(self, message_id: str) -> None:
        """A prompt to its end from the next `show` on."""
        self._whole.add(message_id)

    def unfold_to(self, newest: int) -> None:
        """At least so many of the newest messages from the next `show` on."""
        self._newest = max(self._newest, newest)

    def unfold_earlier(self) -> None:
        """More messages before those shown from the next `show` on."""
        self._newest += NEWEST

    def _measures_changed(self) -> None:
        for line in self.rows.rows:
            if line.streaming and line.key in self._replies:
                self._fill(self._replies[line.key], line)

    def _replies_of(self, line: ThreadLine) -> QObject:
        model = self._replies.get(line.key)
        if model is None:
            model = RowsModel(ReplyRow, self, computed={"blocks": self._blocks_of})
            self._replies[line.key] = model
            self._fill(model, line)
        return model

    def _blocks_of(self, row: ReplyRow) -> QObject:
        assert self._current is not None
        return self._blocks.of(self._current.tree[MessageId(row.message_id)])

    def _fill(self, model: RowsModel[ReplyRow], line: ThreadLine) -> None:
        if self._current is None:
            model.set_rows(())
        elif line.kind == RowKind.CARDS:
            most = self._cards.get(line.parent_id, CARDS)
            parent_id = MessageId(line.parent_id)
            live = self._generations.measured
            model.set_rows(reply_rows(self._current, parent_id, self._index, most, live))
        else:
            message_id = MessageId(line.message_id)
            model.set_rows(single_row(self._current, message_id, self._index, self._generations.measured))
