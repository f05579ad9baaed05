"""The generations that run, one per conversation at most, and the text of their replies as it grows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal

from oa_desktop.conversation.message import Message, MessageId, TreeId
from oa_desktop.errors import OaError
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import (
    ChatEvent,
    GenerationEnded,
    GenerationStarted,
    ReplyDelta,
    ReplyEnded,
)
from oa_desktop.services.generation import RunningGeneration
from oa_desktop.services.reply_engine import ReplyEngine
from oa_desktop.ui.bridge import Bridge, Job

FLUSH_MS = 30
"""Text that arrives within this time is shown at once; a screen cannot show more."""


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


class Generations(QObject):
    """Starts, stops and follows generations. Lives in the GUI thread."""

    replies_started = Signal(object)
    text_grew = Signal(object)
    """frozenset of the replies whose text is longer than before."""
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

    def start(self, engine: ReplyEngine, prompt: Message, options: GenerationOptions) -> None:
        """Ask for replies to a prompt, unless its conversation is being answered already."""
        if prompt.tree_id in self._running:
            return
        running = self._running[prompt.tree_id] = _Running(prompt.tree_id)
        running.job = self._bridge.follow(
            self._events(running, engine, prompt, options),
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
        self, running: _Running, engine: ReplyEngine, prompt: Message, options: GenerationOptions
    ) -> AsyncIterator[ChatEvent]:
        running.work = await self._chat.generate(engine, prompt, options)
        if running.stopped:
            running.work.stop()
        async for event in self._chat.events(running.work):
            yield event

    def _take(self, running: _Running, event: ChatEvent) -> None:
        match event:
            case GenerationStarted(replies=replies):
                running.texts = {reply.id: "" for reply in replies}
                self.replies_started.emit(RepliesStarted(running.tree_id, replies))
            case ReplyDelta(message_id=message_id, text=text):
                running.texts[message_id] += text
                self._grown.add(message_id)
                if not self._flush.isActive():
                    self._flush.start()
            case ReplyEnded(message=message):
                self._grown.discard(message.id)
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
