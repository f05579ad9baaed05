"""The terminal of a chat: the lines that are typed into it, and what Ctrl+C ends."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

import click

_CHUNK_BYTES = 1 << 16


class Lines:
    """Standard input, line by line.

    Read on a thread that nobody waits for, past Python's own buffer: a line that never comes must keep
    neither Ctrl+C nor the end of the process waiting.
    """

    def __init__(self) -> None:
        self._raw = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115
        self._held = bytearray()

    async def next(self, prompt: str) -> str | None:
        """One line; None at the end of the input. The prompt is shown on a terminal only."""
        if self._raw.isatty():
            click.echo(prompt, nl=False, err=True)
        loop = asyncio.get_running_loop()
        line: asyncio.Future[str | None] = loop.create_future()

        def deliver(text: str | None) -> None:
            if not line.done():
                line.set_result(text)

        def read() -> None:
            text = self._read()
            with suppress(RuntimeError):  # the loop is closed: the command ended meanwhile
                loop.call_soon_threadsafe(deliver, text)

        threading.Thread(target=read, name="terminal", daemon=True).start()
        return await line

    def _read(self) -> str | None:
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            chunk = self._chunk()
            if not chunk:
                end = searched
                break
            self._held += chunk
        line, self._held = bytes(self._held[: end + 1]), self._held[end + 1 :]
        return line.decode(sys.stdin.encoding, errors="replace").rstrip("\r\n") if line else None

    def _chunk(self) -> bytes:
        try:
            return self._raw.read(_CHUNK_BYTES) or b""
        except OSError:  # a terminal that is gone
            return b""


class Interruptible:
    """While inside, the first Ctrl+C calls `stop` instead of ending the command; the next one ends it."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.interrupted = False
        self._stop = stop
        self._before: Any = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._before = signal.getsignal(signal.SIGINT)
        if callable(self._before):  # else whoever started us wants it ignored
            signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._before)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        signal.signal(signal.SIGINT, self._before)
        self._loop.call_soon_threadsafe(self._stop)
