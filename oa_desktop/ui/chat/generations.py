"""The generations that run, one per conversation at most, and the text of their replies as it grows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, QTimer, Signal

from oa_desktop.conversation.message import Generation, Message, MessageId, Role, TreeId
from oa_desktop.errors import OaError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import (
    ChatEvent,
    GenerationEnded,
    GenerationStarted,
    RepliesNoted,
    ReplyDelta,
    ReplyEnded,
)
from oa_desktop.services.generation import RunningGeneration
from oa_desktop.services.reply_engine import ReplyEngine
from oa_desktop.ui.bridge import Bridge, Job

FLUSH_MS = 30
"""Text that arrives within this time is shown at once; a screen cannot show more."""
MEASURE_MS = 250
"""How often the small print of a growing reply changes; faster it cannot be read."""


@dataclass(frozen=True, slots=True)
class RepliesStarted:
    """Empty replies to a prompt of this tree are in the store."""

    tree_id: TreeId
    replies: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class RepliesEnded:
    """A generation of this tree is over.

    error: what a person must be told, if anything. replies: in their final form; none if none was begun.
    """

    tree_id: TreeId
    error: OaError | None
    replies: tuple[Message, ...] = ()


@dataclass(slots=True)
class _Running:
    """One generation from the request to its end. `work` is set once the engine was asked."""

    tree_id: TreeId
    job: Job | None = None
    work: RunningGeneration | None = None
    stopped: bool = False
    texts: dict[MessageId, str] = field(default_factory=dict)
    measured: dict[MessageId, Generation] = field(default_factory=dict)


class Generations(QObject):
    """Starts, stops and follows generations. Lives in the GUI thread."""

    replies_started = Signal(object)
    text_grew = Signal(object)
    """frozenset of the replies whose text is longer than before."""
    measures_changed = Signal()
    """What `measured` says of growing replies is another; now and then while they grow."""
    replies_noted = Signal(object)
    """Replies that are being written, with more known of how they are made."""
    reply_ended = Signal(object)
    replies_ended = Signal(object)

    def __init__(self, bridge: Bridge, chat: ChatService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._chat = chat
        self._running: dict[TreeId, _Running] = {}
        self._grown: set[MessageId] = set()
        self._flush = QTimer(self, interval=FLUSH_MS, singleShot=True)
        self._flush.timeout.connect(self._emit_grown)
        self._measure = QTimer(self, interval=MEASURE_MS, singleShot=True)
        self._measure.timeout.connect(self.measures_changed)

    def is_running(self, tree_id: TreeId) -> bool:
        """Whether replies of this conversation are being written."""
        return tree_id in self._running

    def any_running(self) -> bool:
        """Whether any reply is being written."""
        return bool(self._running)

    def running_trees(self) -> frozenset[TreeId]:
        """Conversations whose replies are being written."""
        return frozenset(self._running)

    def text(self, message_id: MessageId) -> str | None:
        """The text so far of a reply that is being written; None for any other message."""
        for running in self._running.values():
            if message_id in running.texts:
                return running.texts[message_id]
        return None

    def measured(self, message_id: MessageId) -> Generation | None:
        """What is known so far of a reply that is being written; None for any other message."""
        for running in self._running.values():
            if message_id in running.measured:
                return running.measured[message_id]
        return None

    def start(self, engine: ReplyEngine, message: Message, options: GenerationOptions) -> None:
        """Ask for replies to a prompt or to go on with a reply, unless its conversation is being answered."""
        if message.tree_id in self._running:
            return
        running = self._running[message.tree_id] = _Running(message.tree_id)
        running.job = self._bridge.follow(
            self._events(running, engine, message, options),
            lambda event: self._take(running, event),
            lambda error: self._end(running, error),
        )

    def stop(self, tree_id: TreeId) -> None:
        """End the replies of this conversation; they keep what they have."""
        running = self._running.get(tree_id)
        if running is not None and not running.stopped:
            running.stopped = True
            if running.work is not None:
                self._bridge.call_on_io(running.work.stop)

    def stop_all(self) -> None:
        """End every reply that is being written."""
        for tree_id in list(self._running):
            self.stop(tree_id)

    def jobs(self) -> tuple[Job, ...]:
        """What is still running, to be waited for when the app closes."""
        return tuple(running.job for running in self._running.values() if running.job)

    async def _events(
        self, running: _Running, engine: ReplyEngine, message: Message, options: GenerationOptions
    ) -> AsyncIterator[ChatEvent]:
        is_reply = message.role is Role.ASSISTANT
        begin = self._chat.continue_reply if is_reply else self._chat.generate
        running.work = await begin(engine, message, options)
        if running.stopped:
            running.work.stop()
        async for event in self._chat.events(running.work):
            yield event

    def _take(self, running: _Running, event: ChatEvent) -> None:
        match event:
            case GenerationStarted(replies=replies):
                running.texts = {reply.id: reply.text for reply in replies}
                running.measured = {reply.id: reply.generation or Generation() for reply in replies}
                self.replies_started.emit(RepliesStarted(running.tree_id, replies))
            case RepliesNoted(replies=replies):
                running.measured |= {reply.id: reply.generation or Generation() for reply in replies}
                self.replies_noted.emit(replies)
            case ReplyDelta(message_id=message_id, text=text):
                running.texts[message_id] += text
                running.measured[message_id] = replace(
                    running.measured[message_id],
                    completion_tokens=event.tokens,
                    first_token_s=event.first_token_s,
                    duration_s=event.elapsed_s,
                )
                if not self._measure.isActive():
                    self._measure.start()
                self._grown.add(message_id)
                if not self._flush.isActive():
                    self._flush.start()
            case ReplyEnded(message=message):
                self._grown.discard(message.id)
                running.measured.pop(message.id, None)
                self.reply_ended.emit(message)
            case GenerationEnded(error=error, replies=replies):
                self._end(running, error, replies)

    def _end(self, running: _Running, error: OaError | None, replies: tuple[Message, ...] = ()) -> None:
        self._running.pop(running.tree_id, None)
        self.replies_ended.emit(RepliesEnded(running.tree_id, error, replies))

    def _emit_grown(self) -> None:
        grown, self._grown = frozenset(self._grown), set()
        if grown:
            self.text_grew.emit(grown)
