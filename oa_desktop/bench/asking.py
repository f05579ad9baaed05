"""One request to an engine's API with a stopwatch: prompts as token ids, the likeliest token each time."""

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from oa_desktop.client.handle import EngineHandle
from oa_desktop.client.sse import EventParser

_TIMEOUT_S: Final = 600.0
_FIRST_WORD: Final = 300
"""Below it are the bytes and the special tokens of most vocabularies."""


def any_prompt(tokens: int, vocabulary_size: int, randomness: random.Random) -> list[int]:
    """A prompt that nobody has read before."""
    first = min(_FIRST_WORD, vocabulary_size // 2)
    return [randomness.randrange(first, vocabulary_size) for _ in range(tokens)]


@dataclass(slots=True)
class Answer:
    """Seconds since the request was sent.

    arrivals: when text of each reply came; a token without text is in none.   ended_s: the last byte.
    progress: set whenever some came.
    """

    arrivals: tuple[list[float], ...]
    ended_s: float = 0.0
    usage: dict[str, Any] = field(default_factory=dict)
    progress: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, replies: int) -> "Answer":
        """One that is still empty."""
        return cls(tuple([] for _ in range(replies)))

    async def until(self, tokens: int) -> None:
        """Wait for text of so many tokens of every reply, or the end."""
        while not self.ended_s and min(map(len, self.arrivals)) < tokens:
            self.progress.clear()
            await self.progress.wait()

    @property
    def first_s(self) -> float:
        """The first text of any reply; the end when there was none."""
        return min((times[0] for times in self.arrivals if times), default=self.ended_s)

    @property
    def last_s(self) -> float:
        """The last text of any reply."""
        return max((times[-1] for times in self.arrivals if times), default=self.ended_s)

    @property
    def reused_tokens(self) -> int:
        """Prompt tokens that were not read anew."""
        return int(self.usage.get("prompt_tokens_details", {}).get("cached_tokens", 0))


class Asking:
    """A client with a warm connection."""

    def __init__(self, http: httpx2.AsyncClient, base_url: str) -> None:
        self._http = http
        self._base_url = base_url

    async def answer(
        self, prompt: list[int], *, replies: int = 1, tokens: int = 1, answer: Answer | None = None
    ) -> Answer:
        """Ask, read everything. answer: filled while it grows, for those who watch."""
        answer = answer or Answer.of(replies)
        body = {
            "prompt": prompt,
            "n": replies,
            "max_tokens": tokens,
            "temperature": 0,
            "ignore_eos": True,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        started = time.perf_counter()
        async with self._http.stream("POST", f"{self._base_url}/completions", json=body) as response:
            response.raise_for_status()
            parser = EventParser()
            async for chunk in response.aiter_bytes():
                now = time.perf_counter() - started
                for data in parser.feed(chunk):
                    _note(answer, data, now)
                answer.progress.set()
        answer.ended_s = time.perf_counter() - started
        answer.progress.set()
        return answer

    async def metric(self, name: str) -> float:
        """One number of `/metrics`."""
        page = (await self._http.get(f"{self._base_url.removesuffix('/v1')}/metrics")).text
        return next(float(line.split()[1]) for line in page.splitlines() if line.startswith(f"{name} "))


def _note(answer: Answer, data: str, now: float) -> None:
    if data == "[DONE]":
        return
    chunk = json.loads(data)
    for choice in chunk["choices"]:
        if choice["text"]:
            answer.arrivals[choice["index"]].append(now)
    answer.usage = chunk.get("usage") or answer.usage


@asynccontextmanager
async def asking(handle: EngineHandle) -> AsyncGenerator[Asking, None]:
    """Talk to an engine over one kept connection."""
    headers = {"Authorization": f"Bearer {handle.token}", "Accept-Encoding": "identity"}
    async with httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT_S, trust_env=False) as http:
        yield Asking(http, handle.base_url)
