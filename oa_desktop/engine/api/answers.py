"""The two ways to answer a generation: a stream of server-sent events, or one JSON object at the end."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from oa_desktop.engine.api.leaving import unless_gone
from oa_desktop.engine.api.running import Running, as_problem
from oa_desktop.engine.api.shapes import Measured, Shape, prompt_counts
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    FinishReason,
    GenerationRequest,
    PromptRead,
    ReplyEnd,
    RequestEnd,
    RequestFailure,
    TextDelta,
)

PULSE_S: Final = 2.0
"""A stream that has nothing to say sends a comment this often, so that silence means trouble."""
_STREAM_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class StreamedAnswer(Response):
    """Server-sent events, from the first byte of headers to `[DONE]`. The request runs while this is sent."""

    media_type = "text/event-stream"

    def __init__(self, loop: EngineLoop, asked: GenerationRequest, shape: Shape, *, usage: bool) -> None:
        super().__init__(headers=_STREAM_HEADERS)
        del self.headers["content-length"]
        self._loop = loop
        self._asked = asked
        self._shape = shape
        self._usage = usage
        self._read: PromptRead | None = None

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Raises: Problem before the first byte when the loop refuses the request at once."""
        async with Running(self._loop, self._asked) as running:
            await unless_gone(receive, self._send_all(running, send))

    async def _send_all(self, running: Running, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._parts(running)) as parts:
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _parts(self, running: Running) -> AsyncGenerator[bytes, None]:
        yield b"".join(map(_event, self._shape.opening(self._asked.n)))
        async with aclosing(running.batches(PULSE_S)) as batches:
            async for batch in batches:
                yield b"".join(self._told(event, running.measured) for event in batch) or b": working\n\n"

    def _told(self, event: Event, measured: Measured) -> bytes:
        match event:
            case PromptRead():
                self._read = event
                return b""
            case TextDelta():
                return self._told_text(event)
            case ReplyEnd():
                return _event(self._shape.end(event.index, event.reason, event.completion_tokens))
            case RequestEnd():
                last = _event(self._shape.usage(measured)) if self._usage else b""
                return last + b"data: [DONE]\n\n"
            case RequestFailure():
                return _event(as_problem(event).body())

    def _told_text(self, event: TextDelta) -> bytes:
        """More text; the first brings along what was read for it, which a stopped stream would never tell."""
        if not event.text:
            return b""
        read, self._read = self._read, None
        chunk = self._shape.text(event.index, event.text)
        return _event(chunk if read is None else chunk | prompt_counts(read))


async def whole_answer(
    loop: EngineLoop, asked: GenerationRequest, shape: Shape, request: Request
) -> Response:
    """The finished answer of a request that does not stream.

    Raises: Problem when it could not run. A client that leaves cancels it and gets nothing.
    """
    async with Running(loop, asked) as running:
        answer = await unless_gone(request.receive, _collect(running, asked.n, shape))
    return Response(status_code=499) if answer is None else JSONResponse(answer)


async def _collect(running: Running, n: int, shape: Shape) -> dict[str, Any]:
    texts: list[list[str]] = [[] for _ in range(n)]
    reasons = [FinishReason.CANCELLED] * n
    async with aclosing(running.batches(PULSE_S)) as batches:
        async for batch in batches:
            for event in batch:
                match event:
                    case TextDelta():
                        texts[event.index].append(event.text)
                    case ReplyEnd():
                        reasons[event.index] = event.reason
                    case RequestFailure():
                        raise as_problem(event)
                    case PromptRead() | RequestEnd():
                        pass
    return shape.whole(["".join(parts) for parts in texts], reasons, running.measured)


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
