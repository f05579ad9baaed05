"""A real store and a real engine process over the fake backend."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess
from oa_desktop.services.chat import ChatService
from oa_desktop.store.worker import StoreWorker

StartEngine = Callable[..., Awaitable[tuple[EngineProcess, EngineClient]]]


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[StoreWorker]:
    opened = StoreWorker.open(tmp_path / "store.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def chat(worker: StoreWorker) -> ChatService:
    return ChatService(worker)


@pytest.fixture
async def start_engine(tmp_path: Path) -> AsyncIterator[StartEngine]:
    """Start an engine whose every step takes `pace_s`, with a context of `ctx` tokens."""
    started: list[tuple[EngineProcess, EngineClient]] = []

    async def start(pace_s: float = 0.0, ctx: int | None = None) -> tuple[EngineProcess, EngineClient]:
        extra = ("--fake-pace", str(pace_s))
        options = EngineOptions(tmp_path / "fake.gguf", backend="fake", ctx=ctx, extra=extra)
        process = await EngineProcess.start(options)
        started.append((process, process.client()))
        return started[-1]

    yield start
    for process, client in started:
        await client.close()
        await process.stop()
