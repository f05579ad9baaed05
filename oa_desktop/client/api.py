"""The OpenAI chat protocol, asked of any engine that speaks it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

import httpx2

from oa_desktop.client.answer_body import bounded, error_body, event_data
from oa_desktop.client.chat_request import Message, chat_body
from oa_desktop.client.errors import (
    ConnectionLost,
    ContextExceeded,
    EngineFailed,
    EngineUnreachable,
    NotServed,
    RequestRefused,
)
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd
from oa_desktop.client.handle import EngineHandle, ModelDescription
from oa_desktop.client.leaving_out import leaving_out
from oa_desktop.client.reading import model_list, parse_json, stream_events
from oa_desktop.client.refusals import EXCEPTIONS, refusal, translate
from oa_desktop.client.rounds import in_rounds
from oa_desktop.errors import EngineError

CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_TIMEOUT_S: Final = 10.0
STREAM_SILENCE_TIMEOUT_S: Final = 600.0
"""Between two bytes of a stream. Our own engine sends a comment every two seconds; others think for long."""
IDLE_CONNECTION_S: Final = 2.0
"""Shorter than servers wait (uvicorn: 5), so that a request never meets a connection that is just closing."""
_DONE: Final = "[DONE]"

CauseOfDeath = Callable[[], Awaitable[EngineError | None]]


class EngineClient:
    """One engine, asked over HTTP. Use it as an async context, in one event loop.

    cause_of_death: asked when a connection breaks; what it returns is raised instead.
    """

    def __init__(self, handle: EngineHandle, *, cause_of_death: CauseOfDeath | None = None) -> None:
        self.handle = handle
        self._cause_of_death = cause_of_death
        self._http = httpx2.AsyncClient(
            headers=_headers(handle.token),
            timeout=httpx2.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            limits=httpx2.Limits(keepalive_expiry=IDLE_CONNECTION_S),
            trust_env=not handle.is_local,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Drop every connection."""
        await self._http.aclose()

    async def health(self) -> bool:
        """Whether the engine says it can answer. Raises: EngineError when it says nothing."""
        try:
            async with self._response("GET", self._root("/health")):
                return True
        except EngineFailed:
            return False
        except NotServed:
            await self.models()
            return True

    async def models(self) -> tuple[ModelDescription, ...]:
        """What the engine serves. Raises: EngineError."""
        return model_list(await self._json("GET", self._api("/models")))

    async def model(self) -> ModelDescription:
        """The model that replies: the handle's, or the first that the server lists. Raises: EngineError.

        Ask before the first reply of a server somebody else runs, so that the replies bear its name.
        """
        if self.handle.model is not None:
            return self.handle.model
        models = await self.models()
        if not models:
            raise NotServed("not-served", "The engine serves no model.")
        self.handle = replace(self.handle, model=models[0])
        return models[0]

    async def can_continue(self) -> bool:
        """Whether `continue_last` is known to work here. Raises: EngineError."""
        return (await self.model()).continues

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """The prompt tokens these messages take. Raises: EngineError; NotServed if it cannot count."""
        model = await self.model()
        body = {"model": model.name, "messages": [dict(message) for message in messages]}
        count = (await self._json("POST", self._root("/tokenize"), body)).get("count")
        if not isinstance(count, int):
            raise NotServed("not-served", "The engine does not count tokens.")
        return count

    @property
    def model_name(self) -> str:
        """The model that replies, as far as it is known."""
        return self.handle.model.name if self.handle.model is not None else ""

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        n: int = 1,
        seed: int | None = None,
        max_tokens: int | None = None,
        sampling: Mapping[str, float | int | None] | None = None,
        stop: Sequence[str] = (),
        continue_last: bool = False,
        truncation: bool = False,
    ) -> AsyncGenerator[ChatStreamEvent, None]:
        """Stream `n` replies. Closing the generator (`contextlib.aclosing`) drops the connection and cancels.

        seed: reply i samples with `seed + i`.
        sampling: fields of the protocol by name: temperature, top_k, top_p, typical_p, repetition_penalty,
            frequency_penalty, presence_penalty. None leaves one out, so that the engine's default holds.
        continue_last: the last message is an unfinished reply; the new text goes on where it stops.
        truncation: leave out the oldest turns when not all fit, with TurnsDropped before any text. A server
            that cannot do it is asked again with fewer.
        Raises: EngineError children, also mid-stream; ConnectionLost when replies stay unfinished.
        """
        model = await self.model()
        by_engine = truncation and model.truncates

        def ask(turns: Sequence[Message], most: int | None) -> AsyncGenerator[ChatStreamEvent, None]:
            body = chat_body(
                model.name,
                turns,
                most,
                sampling or {},
                stop=stop,
                continue_last=continue_last,
                truncation=by_engine,
            )

            def ask_for(replies: tuple[int, ...]) -> AsyncGenerator[ChatStreamEvent, None]:
                own_seed = {} if seed is None else {"seed": seed + replies[0]}
                return self._stream({**body, **own_seed, "n": len(replies)}, len(replies))

            return in_rounds(ask_for, n, at_once=model.max_replies)

        by_us = truncation and not by_engine
        stream = leaving_out(ask, messages, max_tokens) if by_us else ask(messages, max_tokens)
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    async def _stream(self, body: dict[str, Any], n: int) -> AsyncGenerator[ChatStreamEvent, None]:
        """The events of one request. Raises: why it was refused; ConnectionLost when it ends too early."""
        began = False
        try:
            async with aclosing(self._events(body, n)) as events:
                async for event in events:
                    began = True
                    yield event
        except ConnectionLost as error:
            if began or self._cause_of_death is not None:
                raise
            raise await self._unsaid_refusal(body) or error from None

    async def _unsaid_refusal(self, body: dict[str, Any]) -> EngineError | None:
        """Some servers drop every stream they refuse without a word: ask for one token, not as a stream.

        Twice, because the first question may meet the connection that is just being dropped.
        """
        whole = {name: value for name, value in body.items() if name not in {"stream", "stream_options"}}
        for _ in range(2):
            try:
                await self._json("POST", self._api("/chat/completions"), {**whole, "max_tokens": 1})
                return None
            except (RequestRefused, ContextExceeded, EngineFailed) as refused:
                return refused
            except ConnectionLost:
                continue
            except EngineError:
                return None
        return None

    async def _events(self, body: dict[str, Any], n: int) -> AsyncGenerator[ChatStreamEvent, None]:
        silence = httpx2.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, read=STREAM_SILENCE_TIMEOUT_S)
        async with self._response("POST", self._api("/chat/completions"), body, timeout=silence) as response:
            spoke, ended = set[int](), set[int]()
            async for data in event_data(response):
                if data == _DONE:
                    return
                if not data:
                    continue
                chunk = parse_json(data)
                if chunk.get("error"):
                    raise refusal(500, chunk)
                for event in stream_events(chunk, n):
                    if isinstance(event, ChoiceDelta):
                        spoke.add(event.index)
                    elif isinstance(event, ChoiceEnd):
                        ended.add(event.index)
                    yield event
            if not ended or spoke - ended:
                raise ConnectionLost("connection-lost", "The reply broke off before it was complete.")

    async def _json(self, method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        async with self._response(method, url, body) as response:
            return parse_json(await bounded(response))

    @asynccontextmanager
    async def _response(
        self, method: str, url: str, body: dict[str, Any] | None = None, **options: Any
    ) -> AsyncGenerator[httpx2.Response, None]:
        """An answer of status 200, its body not read yet; every other is raised as what it means."""
        try:
            async with self._http.stream(method, url, json=body, **options) as response:
                if response.status_code != 200:
                    raise refusal(
                        response.status_code, await error_body(response), response.headers.get("retry-after")
                    )
                yield response
        except EXCEPTIONS as error:
            raise await self._explained(translate(error)) from error
        except ConnectionLost as error:
            raise await self._explained(error) from error

    async def _explained(self, error: EngineError) -> EngineError:
        """When the engine died, that is the news; a broken connection is only how it shows."""
        if self._cause_of_death is None or not isinstance(error, ConnectionLost | EngineUnreachable):
            return error
        return await self._cause_of_death() or error

    def _api(self, path: str) -> str:
        return self.handle.base_url + path

    def _root(self, path: str) -> str:
        parts = urlsplit(self.handle.base_url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix("/v1") + path, "", ""))


def _headers(token: str) -> dict[str, str]:
    """Uncompressed answers, so that no small answer can grow large."""
    plain = {"Accept-Encoding": "identity"}
    return plain | {"Authorization": f"Bearer {token}"} if token else plain
