"""One running generation: replies that stream from the engine into the store and to whoever watches."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from oa_desktop.client.events import (
    INTERRUPTED,
    ChatStreamEvent,
    ChoiceDelta,
    ChoiceEnd,
    PromptRead,
    TurnsDropped,
    Usage,
)
from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState
from oa_desktop.errors import EngineError, OaError
from oa_desktop.services.chat_events import (
    ChatEvent,
    GenerationEnded,
    GenerationStarted,
    RepliesNoted,
    ReplyDelta,
    ReplyEnded,
)
from oa_desktop.services.reply_saver import ReplySaver
from oa_desktop.store.worker import StoreWorker

log = logging.getLogger(__name__)

_STATES = {
    "stop": MessageState.COMPLETE,
    "length": MessageState.COMPLETE,
    INTERRUPTED: MessageState.INTERRUPTED,
}


@dataclass(slots=True)
class _Streaming:
    """A reply that has not ended yet."""

    message: Message
    text: str = ""
    token_count: int = 0
    first_token_s: float | None = None


class RunningGeneration:
    """The replies of one request, from their empty rows in the store to their final texts.

    Iterate over `events()` once. `stop()` may be called at any time from the same event loop; the partial
    texts are kept. Text that the store refuses (a full disk) stays in memory and is written again with the
    next save; what is still unsaved at the end is in `unsaved`.
    """

    def __init__(
        self, worker: StoreWorker, stream: AsyncIterator[ChatStreamEvent], replies: Sequence[Message]
    ) -> None:
        self._saver = ReplySaver(worker)
        self._stream = stream
        self._streaming = {index: _Streaming(reply, reply.text) for index, reply in enumerate(replies)}
        self._replies = tuple(replies)
        self._queue: asyncio.Queue[ChatStreamEvent | None] = asyncio.Queue()
        self._reader: asyncio.Task[None] | None = None
        self._stopped = False
        self._started_s = time.monotonic()
        self._ended_replies: list[Message] = []
        self._usage: Usage | None = None
        self._engine_error: OaError | None = None

    @property
    def unsaved(self) -> Mapping[MessageId, Message]:
        """Ended replies that the store refused."""
        return self._saver.unsaved

    def stop(self) -> None:
        """End the replies that still stream; they keep their partial text and are marked stopped."""
        self._stopped = True
        if self._reader is not None:
            self._reader.cancel()

    async def events(self) -> AsyncIterator[ChatEvent]:
        """Everything that happens, in order; ends with exactly one GenerationEnded."""
        yield GenerationStarted(self._replies)
        self._reader = asyncio.create_task(self._read())
        # a task cancelled before it starts runs no code of its own, so its end is announced from outside
        self._reader.add_done_callback(lambda _: self._queue.put_nowait(None))
        if self._stopped:
            self._reader.cancel()
        try:
            while (event := await self._next_event()) is not None:
                for chat_event in await self._taken(event):
                    yield chat_event
            for index in list(self._streaming):
                yield await self._ended(index, self._state_at_end())
            await self._record_usage()
        finally:
            await self._close()
        yield GenerationEnded(self._engine_error or self._saver.error, self._in_order())

    async def _read(self) -> None:
        try:
            async for event in self._stream:
                self._queue.put_nowait(event)
        except OaError as error:
            self._engine_error = error
        except Exception:
            log.exception("a stream of replies failed")
            self._engine_error = EngineError("reply-broken", "The reply broke off: the app made a mistake.")

    async def _next_event(self) -> ChatStreamEvent | None:
        """The next event of the engine; saves what is waiting to be saved when its time has come."""
        while (due_s := self._saver.due_s()) is not None:
            if due_s == 0:
                await self._saver.save_grown()
                continue
            with suppress(TimeoutError):
                return await asyncio.wait_for(self._queue.get(), due_s)
        return await self._queue.get()

    async def _taken(self, event: ChatStreamEvent) -> list[ChatEvent]:
        match event:
            case ChoiceDelta(index=index, text=text) if index in self._streaming and text:
                reply = self._streaming[index]
                elapsed_s = time.monotonic() - self._started_s
                if reply.first_token_s is None:
                    reply.first_token_s = elapsed_s
                reply.text += text
                reply.token_count += 1
                self._saver.grew(reply.message.id, reply.text)
                return [ReplyDelta(reply.message.id, text, reply.token_count, reply.first_token_s, elapsed_s)]
            case ChoiceEnd(index=index, finish_reason=reason) if index in self._streaming:
                if event.completion_tokens is not None:
                    self._streaming[index].token_count = event.completion_tokens
                return [await self._ended(index, _STATES.get(reason, MessageState.STOPPED), reason)]
            case TurnsDropped(messages=dropped):
                return [self._noted(lambda made: replace(made, dropped_messages=dropped))]
            case PromptRead():
                return [self._noted(lambda made: _with_prompt(made, event))]
            case Usage():
                self._usage = event
        return []

    def _noted(self, change: Callable[[Generation], Generation]) -> RepliesNoted:
        for reply in self._streaming.values():
            generation = change(reply.message.generation or Generation())
            reply.message = replace(reply.message, generation=generation)
        return RepliesNoted(
            tuple(replace(reply.message, text=reply.text) for reply in self._streaming.values())
        )

    def _state_at_end(self) -> MessageState:
        """The state of replies that had not ended when the stream did."""
        if self._stopped:
            return MessageState.STOPPED
        if isinstance(self._engine_error, EngineError) and self._engine_error.code == "engine-stopped":
            return MessageState.INTERRUPTED
        return MessageState.FAILED if self._engine_error else MessageState.INTERRUPTED

    async def _ended(self, index: int, state: MessageState, reason: str | None = None) -> ReplyEnded:
        reply = self._streaming.pop(index)
        generation = replace(
            reply.message.generation or Generation(),
            completion_tokens=reply.token_count,
            first_token_s=reply.first_token_s,
            duration_s=time.monotonic() - self._started_s,
            finish_reason=reason,
            error=self._engine_error.title if self._engine_error else "",
        )
        message = replace(reply.message, text=reply.text, state=state, generation=generation)
        self._ended_replies.append(message)
        await self._saver.finish(message)
        return ReplyEnded(message)

    async def _record_usage(self) -> None:
        """Write what reading the prompt cost on every reply; it is known only when all have ended."""
        if self._usage is None:
            return
        self._ended_replies = [
            replace(message, generation=self._with_usage(message.generation or Generation(), self._usage))
            for message in self._ended_replies
        ]
        await self._saver.record(self._ended_replies)

    def _with_usage(self, generation: Generation, usage: Usage) -> Generation:
        alone = len(self._replies) == 1 and usage.completion_tokens
        return replace(
            generation,
            prompt_tokens=usage.prompt_tokens,
            reused_tokens=usage.reused_tokens,
            completion_tokens=usage.completion_tokens if alone else generation.completion_tokens,
            dropped_messages=usage.dropped_messages or generation.dropped_messages,
        )

    def _in_order(self) -> tuple[Message, ...]:
        """The ended replies, as they were asked for and not as they ended."""
        ended = {message.id: message for message in self._ended_replies}
        return tuple(ended[reply.id] for reply in self._replies if reply.id in ended)

    async def _close(self) -> None:
        """Drop the connection to the engine, whatever ended the iteration."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()


def _with_prompt(made: Generation, read: PromptRead) -> Generation:
    return replace(made, prompt_tokens=read.prompt_tokens, reused_tokens=read.reused_tokens)
