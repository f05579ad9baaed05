"""Write replies to the store while they grow and when they end; what it refuses is kept for later."""

import time
from collections.abc import Mapping, Sequence

from oa_desktop.conversation.message import Message, MessageId
from oa_desktop.errors import StorageError
from oa_desktop.store.worker import StoreWorker

SAVE_INTERVAL_S = 0.4
"""A streaming reply is never further than this ahead of the disk, plus one write."""


class ReplySaver:
    """Never raises StorageError: a full disk must not end a reply that is on screen.

    error: why the newest write failed; None once writing works again.
    unsaved: ended replies that the store does not have in their final form.
    """

    def __init__(self, worker: StoreWorker) -> None:
        self._worker = worker
        self._grown: dict[MessageId, str] = {}
        self._saved_s = time.monotonic()
        self.error: StorageError | None = None
        self.unsaved: dict[MessageId, Message] = {}

    def grew(self, message_id: MessageId, text: str) -> None:
        """The text of a reply so far; written when `due_s` has passed."""
        self._grown[message_id] = text

    def due_s(self) -> float | None:
        """Seconds until `save_grown` is due, at least 0; None when nothing waits."""
        return max(0.0, self._saved_s + SAVE_INTERVAL_S - time.monotonic()) if self._grown else None

    async def save_grown(self) -> None:
        """Write every text that grew. One that is refused is tried again with the next."""
        self._saved_s = time.monotonic()
        if await self._update_streaming(dict(self._grown)):
            self._grown.clear()

    async def finish(self, message: Message) -> None:
        """Write a reply as it ended."""
        self._grown.pop(message.id, None)
        try:
            await self._worker.run(lambda store: store.messages.finish([message]))
        except StorageError as error:
            self.error = error
            self.unsaved[message.id] = message

    async def record(self, messages: Sequence[Message]) -> None:
        """Write how ended replies were made, once all of it is known."""
        saved = [message for message in messages if message.id not in self.unsaved]
        self.unsaved |= {message.id: message for message in messages if message.id in self.unsaved}
        try:
            await self._worker.run(lambda store: store.messages.record_generations(saved))
        except StorageError as error:
            self.error = error

    async def _update_streaming(self, texts: Mapping[MessageId, str]) -> bool:
        try:
            await self._worker.run(lambda store: store.messages.update_streaming(texts))
        except StorageError as error:
            self.error = error
            return False
        self.error = None
        return True
