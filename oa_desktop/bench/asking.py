"""One request to an engine's API with a stopwatch: prompts as token ids, the likeliest token each time.

The client reads in a thread and only notes when bytes come; what they say is read afterwards. A client that
thinks while the engine computes on every core would measure itself.
"""

import asyncio
import http.client
import json
import math
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from oa_desktop.client.handle import EngineHandle
from oa_desktop.client.sse import EventParser
from oa_desktop.errors import EngineError

_TIMEOUT_S: Final = 600.0
_READ_BYTES: Final = 1 << 16
_FIRST_WORD: Final = 300
"""Below it are the bytes and the special tokens of most vocabularies."""


def any_prompt(tokens: int, vocabulary_size: int, randomness: random.Random) -> list[int]:
    """A prompt that nobody has read before."""
    first = min(_FIRST_WORD, vocabulary_size // 2)
    return [randomness.randrange(first, vocabulary_size) for _ in range(tokens)]


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds since the request was sent.

    arrivals: when text of each reply came, once for all that came together.   ended_s: the last byte.
    complete: that byte was the end of the stream.
    """

    arrivals: tuple[tuple[float, ...], ...]
    ended_s: float
    usage: dict[str, Any] = field(default_factory=dict)
    complete: bool = False

    @property
    def reused_tokens(self) -> int:
        """Prompt tokens that were not read anew."""
        return int(self.usage.get("prompt_tokens_details", {}).get("cached_tokens", 0))


class Stream:
    """An answer while it comes. Leave the context to hang up."""

    def __init__(self, handle: EngineHandle, prompt: list[int], *, replies: int, tokens: int) -> None:
        self._replies = replies
        self._body = json.dumps(
            {
                "prompt": prompt,
                "n": replies,
                "max_tokens": tokens,
                "temperature": 0,
                "ignore_eos": True,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        )
        address = urlsplit(handle.base_url)
        self._path = f"{address.path}/completions"
        self._headers = {"Authorization": f"Bearer {handle.token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_TIMEOUT_S)
        self._chunks: list[tuple[float, bytes]] = []
        self._came = threading.Condition()
        self._wanted: float = math.inf
        self._ended = False
        self._failure: EngineError | None = None
        self._started_s = 0.0
        self._thread = threading.Thread(target=self._read_all, name="bench-stream", daemon=True)

    async def __aenter__(self) -> "Stream":
        """Raises: EngineError when nobody answers."""
        try:
            self._connection.connect()
        except OSError as error:
            raise _lost() from error
        self._started_s = time.perf_counter()
        self._thread.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        if not self._ended and self._connection.sock is not None:
            with suppress(OSError):  # the engine may have hung up just now
                self._connection.sock.shutdown(2)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    @property
    def elapsed_s(self) -> float:
        """Since the request was sent."""
        return time.perf_counter() - self._started_s

    async def until(self, chunks: int) -> None:
        """Wait until so many pieces came, or all."""
        await asyncio.to_thread(self._wait, chunks)

    async def answer(self) -> Answer:
        """All of it. Raises: EngineError when the engine refuses, fails, or ends before its answer."""
        await asyncio.to_thread(self._wait, math.inf)
        answer = self.so_far()
        if not answer.complete:
            raise _lost()
        return answer

    def so_far(self) -> Answer:
        """What has come. Raises: EngineError when the engine refused or failed."""
        if self._failure is not None:
            raise self._failure
        arrivals: tuple[list[float], ...] = tuple([] for _ in range(self._replies))
        usage: dict[str, Any] = {}
        complete = False
        parser = EventParser()
        for moment_s, chunk in tuple(self._chunks):
            for data in parser.feed(chunk):
                complete = data == "[DONE]"
                if complete:
                    continue
                members = json.loads(data)
                if "error" in members:
                    raise _refused(data.encode())
                usage = members.get("usage") or usage
                for choice in members["choices"]:
                    times = arrivals[choice["index"]]
                    if choice["text"] and (not times or times[-1] != moment_s):
                        times.append(moment_s)
        ended_s = self._chunks[-1][0] if self._chunks else 0.0
        return Answer(tuple(map(tuple, arrivals)), ended_s, usage, complete)

    def _wait(self, chunks: float) -> None:
        """Woken once: a thread that looks at every piece would take its time from the engine."""
        with self._came:
            self._wanted = chunks
            self._came.wait_for(lambda: self._ended or len(self._chunks) >= chunks)

    def _read_all(self) -> None:
        try:
            self._connection.request("POST", self._path, self._body, self._headers)
            response = self._connection.getresponse()
            if response.status != http.client.OK:
                self._failure = _refused(response.read(_READ_BYTES))
                return
            while chunk := response.read1(_READ_BYTES):
                with self._came:
                    self._chunks.append((self.elapsed_s, chunk))
                    if len(self._chunks) >= self._wanted:
                        self._came.notify_all()
        except (OSError, http.client.HTTPException):
            return  # this side hung up, or the engine did: what came is what there is
        finally:
            with self._came:
                self._ended = True
                self._came.notify_all()


class Asking:
    """Asks one engine."""

    def __init__(self, handle: EngineHandle) -> None:
        self._handle = handle

    def stream(self, prompt: list[int], *, replies: int = 1, tokens: int = 1) -> Stream:
        """A request that can be watched and left."""
        return Stream(self._handle, prompt, replies=replies, tokens=tokens)

    async def answer(self, prompt: list[int], *, replies: int = 1, tokens: int = 1) -> Answer:
        """Ask and read everything. Raises: EngineError."""
        async with self.stream(prompt, replies=replies, tokens=tokens) as stream:
            return await stream.answer()

    def metric(self, name: str) -> float:
        """One number of `/metrics`. Raises: EngineError when it is not there, or nobody answers."""
        address = urlsplit(self._handle.base_url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {self._handle.token}"})
            page = connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise _lost() from error
        finally:
            connection.close()
        for line in page.decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        raise _refused(page)


def _lost() -> EngineError:
    return EngineError("bench-engine-lost", "The engine ended while it was measured.")


def _refused(said: bytes) -> EngineError:
    detail = said.decode(errors="replace")
    return EngineError("bench-refused", "The engine refuses to be measured.", detail=detail)
