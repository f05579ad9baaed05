"""Two minutes of sixty-four clients who vanish when they like, and what is left of them in the engine."""

import asyncio
import json
import os
import random
import socket
import struct
import time
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.errors import EngineBusy
from oa_desktop.client.events import ChoiceDelta, ChoiceEnd
from oa_desktop.client.launch import EngineProcess

from .metrics import Metrics
from .servers import TOUR

SECONDS = float(os.environ.get("OA_DESKTOP_SOAK_S", "120"))
"""Shorter while one works on it; the suite takes the whole time."""
ROUNDS = 6
CLIENTS = 64
FLAT_BYTES = 16 * 2**20
MOST_SAVED_BYTES = 4 * 2**20
QUESTIONS = (
    "What can I do with this app?",
    "What can I do with a tree of replies?",
    "What is a tree?",
    "Tell me of 李白 and 🙂.",
    "How do I rank replies? " * 8,
)
REFERENCE = [{"role": "user", "content": "What is a language model?"}]


@dataclass(frozen=True)
class Held:
    """What the engine process has in its hands."""

    descriptors: int
    threads: int
    resident_bytes: int


def held(engine: EngineProcess) -> Held:
    process = psutil.Process(engine.pid)
    descriptors = process.num_handles() if os.name == "nt" else process.num_fds()
    return Held(descriptors, process.num_threads(), process.memory_info().rss)


async def reference(client: EngineClient) -> str:
    stream = client.chat(REFERENCE, max_tokens=40, sampling={"temperature": 0.0})
    return "".join([event.text async for event in stream if isinstance(event, ChoiceDelta)])


class Visitor:
    """One client; what it does is up to its dice, which fall the same in every run."""

    def __init__(self, number: int, engine: EngineProcess, client: EngineClient) -> None:
        self._dice = random.Random(number)
        self._engine = engine
        self._client = client
        self.answered = self.vanished = self.turned_away = 0

    async def visit_until(self, ends_s: float) -> None:
        while time.monotonic() < ends_s:
            try:
                await self._dice.choice((self._stay, self._hang_up, self._hang_up, self._reset))()
            except EngineBusy:
                self.turned_away += 1

    def _asked(self) -> tuple[list[dict[str, str]], dict[str, int]]:
        question = {"role": "user", "content": self._dice.choice(QUESTIONS)}
        numbers = {"n": self._dice.randint(1, 4), "max_tokens": self._dice.randint(1, 60)}
        return [question], {**numbers, "seed": self._dice.randrange(1000)}

    async def _stay(self) -> None:
        messages, numbers = self._asked()
        ended = set()
        async for event in self._client.chat(messages, **numbers):
            if isinstance(event, ChoiceEnd):
                assert event.finish_reason in {"stop", "length"}
                ended.add(event.index)
        assert ended == set(range(numbers["n"]))
        self.answered += 1

    async def _hang_up(self) -> None:
        """Leave after some events, or while the first is awaited."""
        messages, numbers = self._asked()
        patience = self._dice.randint(0, 20)
        async with aclosing(self._client.chat(messages, **numbers)) as stream:
            try:
                async with asyncio.timeout(self._dice.random()):
                    async for _ in stream:
                        patience -= 1
                        if patience < 0:
                            break
            except TimeoutError:
                pass
        self.vanished += 1

    async def _reset(self) -> None:
        """Leave by RST, with the request sent wholly or in part, and whatever came unread."""
        messages, numbers = self._asked()
        stream = self._dice.random() < 0.5
        body = json.dumps({"messages": messages, "stream": stream, "ignore_eos": True, **numbers}).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self._engine.handle.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        whole = head.encode() + body
        sent = self._dice.choice((len(whole), len(whole), self._dice.randrange(len(whole))))
        assert self._engine.hello is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", self._engine.hello.port)
        writer.write(whole[:sent])
        await writer.drain()
        try:
            async with asyncio.timeout(self._dice.random() / 2):
                await reader.read(self._dice.randint(1, 2000))
        except TimeoutError:
            pass
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        self.vanished += 1


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(SECONDS + 240)
@pytest.mark.skipif(not TOUR.exists(), reason="no tour model")
async def test_e22_e20_after_two_minutes_of_vanishing_clients_nothing_is_left_of_them(tmp_path: Path) -> None:
    options = EngineOptions(TOUR, threads=1, state_dir=tmp_path, state_bytes=MOST_SAVED_BYTES)
    engine = await EngineProcess.start(options)
    metrics = Metrics(engine.handle)
    rounds: list[Held] = []
    try:
        async with engine.client() as client:
            visitors = [Visitor(number, engine, client) for number in range(CLIENTS)]
            expected = await reference(client)
            started_s = time.monotonic()
            for number in range(1, ROUNDS + 1):
                ends_s = started_s + SECONDS * number / ROUNDS
                await asyncio.gather(*(visitor.visit_until(ends_s) for visitor in visitors))
                await metrics.until_idle()
                assert await reference(client) == expected
                page = await metrics.page()
                assert page["used_cells"] + page["free_cells"] == page["capacity_cells"]
                assert page["healthy"] == 1
                rounds.append(held(engine))
            page = await metrics.page()
        await metrics.until(lambda _: held(engine).descriptors <= rounds[0].descriptors)
        settled = held(engine)
    finally:
        await engine.stop()
    cancelled = page['requests_total{outcome="cancelled"}']
    assert page['requests_total{outcome="failed"}'] == 0
    assert cancelled > CLIENTS, "nobody vanished in time"
    assert page["generated_tokens_total"] > 1000
    assert min(visitor.answered + visitor.vanished for visitor in visitors) > 0, "somebody starved"
    assert settled.threads <= rounds[0].threads
    assert settled.resident_bytes < rounds[0].resident_bytes + FLAT_BYTES, rounds
    assert engine.log_tail.count("Traceback") == 0
    saved_bytes = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert saved_bytes <= MOST_SAVED_BYTES
