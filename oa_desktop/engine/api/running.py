"""One request in the engine loop, seen from asyncio: its events in batches, its end, its measures."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Final, Self

from oa_desktop.engine.api.problem import Problem
from oa_desktop.engine.api.shapes import Measured
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    GenerationRequest,
    PromptRead,
    RequestEnd,
    RequestFailure,
    TextDelta,
)

RETRY_AFTER_S: Final = 1


class Running:
    """A submitted request. Leaving the context cancels what still runs.

    Raises on entering: Problem 429 when the queue is full, 503 when the loop is down.
    """

    def __init__(self, loop: EngineLoop, request: GenerationRequest) -> None:
        self._loop = loop
        self._request = request
        self._arrived: deque[Event] = deque()
        self._news = asyncio.Event()
        self._waking = False
        self._ended = False
        self._started_s = 0.0
        self.measured = Measured(len(request.prompt))

    async def __aenter__(self) -> Self:
        self._asyncio = asyncio.get_running_loop()
        self._started_s = time.monotonic()
        self._loop.submit(self._request, self._on_events)
        if self._arrived and isinstance(self._arrived[0], RequestFailure):
            self._ended = True
            raise as_problem(self._arrived[0])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            self._loop.cancel(self._request.id)

    async def batches(self, pulse_s: float) -> AsyncGenerator[list[Event], None]:
        """Events in order, up to the terminal one; an empty batch after `pulse_s` of silence."""
        while not self._ended:
            try:
                async with asyncio.timeout(pulse_s):
                    await self._news.wait()
            except TimeoutError:
                yield []
                continue
            self._news.clear()
            batch = [self._arrived.popleft() for _ in range(len(self._arrived))]
            for event in batch:
                self._note(event)
            if batch:
                yield batch

    def _on_events(self, events: Sequence[Event]) -> None:
        self._arrived.extend(events)
        if not self._waking and not self._asyncio.is_closed():
            self._waking = True
            self._asyncio.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        """One call for all that came: to wake another thread costs more than to make an event."""
        self._waking = False  # before the events are taken, so that none is left behind
        self._news.set()

    def _note(self, event: Event) -> None:
        elapsed_s = time.monotonic() - self._started_s
        match event:
            case PromptRead():
                self.measured.reused_tokens = event.reused_tokens
            case TextDelta() if self.measured.first_token_s is None:
                self.measured.first_token_s = elapsed_s
            case RequestEnd():
                self._ended = True
                self.measured.reused_tokens = event.reused_tokens
                self.measured.completion_tokens = event.completion_tokens
                self.measured.total_s = elapsed_s
            case RequestFailure():
                self._ended = True
            case _:
                pass


def as_problem(failure: RequestFailure) -> Problem:
    """What the API answers for a request that the loop could not run."""
    match failure.code:
        case "busy":
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return Problem(429, failure.message, code="busy", headers=headers)
        case "engine-failed" | "engine-closed":
            return Problem(503, failure.message, code=failure.code)
        case _:
            return Problem(500, failure.message, code=failure.code)
