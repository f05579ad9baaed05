"""The engine killed twenty times when chance says so, and models switched ten times: nothing stays behind."""

import asyncio
import random
import socket
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from oa_desktop.client.api import EngineClient
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.errors import EngineStopped
from oa_desktop.client.launch import EngineProcess
from oa_desktop.client.restart import RestartPolicy
from oa_desktop.client.status import EngineStatus, Halted, Running, Starting
from oa_desktop.client.supervise import EngineSupervisor
from oa_desktop.conversation.message import MessageState, Role
from oa_desktop.services.chat import ChatService, GenerationOptions
from oa_desktop.services.chat_events import GenerationEnded, ReplyDelta
from oa_desktop.store.worker import StoreWorker
from tests.integration.client.servers import TOUR

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not TOUR.exists(), reason="no tour model"),
]
KILLS = 20
QUESTION = "What can I do with this app?"
LONG = GenerationOptions(n=4, max_tokens=900, seed=3, sampling={"temperature": 1.5, "ignore_eos": True})
GREEDY = GenerationOptions(n=1, max_tokens=12, sampling={"temperature": 0.0})


class Kept:
    """A supervisor over the tour model that never gives up, and what it said. Branches are saved."""

    def __init__(self, state_dir: Path) -> None:
        self.heard: list[EngineStatus] = []
        hours = iter(range(0, 10**9, 3600))
        self.supervisor = EngineSupervisor(
            partial(EngineProcess.start, EngineOptions(TOUR, threads=1, state_dir=state_dir)),
            on_status=self.heard.append,
            policy=RestartPolicy(clock=lambda: float(next(hours))),
        )

    def engine(self) -> psutil.Process:
        process = self.supervisor._process
        assert process is not None
        return psutil.Process(process.pid)

    async def until(self, *kinds: type) -> None:
        async with asyncio.timeout(60):
            while not isinstance(self.supervisor.status, kinds):
                await asyncio.sleep(0.002)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    kept = Kept(tmp_path / "states")
    yield kept
    await kept.supervisor.stop()


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def nobody_listens(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) != 0


async def right_text(chat: ChatService, engine: EngineClient) -> str:
    prompt = await chat.start_conversation(QUESTION)
    generation = await chat.generate(engine, prompt, GREEDY)
    ended = [event async for event in chat.events(generation)][-1]
    assert isinstance(ended, GenerationEnded)
    assert ended.error is None
    return ended.replies[0].text


async def test_e01_twenty_kills_lose_no_text_leave_no_process_and_spoil_no_reply(
    chat: ChatService, worker: StoreWorker, kept: Kept
) -> None:
    dice = random.Random(20230821)
    engine = await kept.supervisor.start()
    expected = await right_text(chat, engine)
    for number in range(KILLS):
        doomed, port = family(kept.engine()), int(engine.handle.base_url.split(":")[2].split("/")[0])
        prompt = await chat.start_conversation(f"Question {number}")
        generation = await chat.generate(engine, prompt, LONG)
        shown: dict[str, str] = {}
        patience, killed = dice.randrange(40), False
        async for event in chat.events(generation):
            if isinstance(event, ReplyDelta):
                shown[event.message_id] = shown.get(event.message_id, "") + event.text
                patience -= 1
                if patience < 0 and not killed:
                    doomed[0].kill()
                    killed = True
            elif isinstance(event, GenerationEnded):
                assert isinstance(event.error, EngineStopped)
                assert killed
        tree = await worker.run(lambda store, prompt=prompt: store.messages.tree(prompt.tree_id))
        replies = [message for message in tree.messages.values() if message.role is Role.ASSISTANT]
        assert {reply.state for reply in replies} == {MessageState.INTERRUPTED}
        assert {reply.id: reply.text for reply in replies if reply.text} == shown
        if dice.random() < 0.25:
            await kill_while_it_loads(kept)
        engine = await kept.supervisor.ready()
        assert not psutil.wait_procs(doomed, timeout=60)[1]
        assert nobody_listens(port)
        assert await right_text(chat, engine) == expected
    await kept.supervisor.stop()
    assert not psutil.Process().children()
    assert sum(isinstance(status, Running) for status in kept.heard) > KILLS


async def kill_while_it_loads(kept: Kept) -> None:
    """The next engine dies before it answers; that is not tried again until somebody asks."""
    await kept.until(Starting)
    async with asyncio.timeout(60):
        while not (loading := psutil.Process().children()):
            await asyncio.sleep(0.002)
    for process in loading:
        process.kill()
    await kept.until(Halted)
    assert isinstance(kept.supervisor.status, Halted)
    assert isinstance(kept.supervisor.status.cause, EngineStopped)
    await kept.supervisor.restart()


async def test_switching_models_ten_times_leaves_one_engine_and_then_none(
    chat: ChatService, tmp_path: Path
) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(TOUR.read_bytes())
    seen: set[int] = set()
    supervisor: EngineSupervisor | None = None
    expected = ""
    for number in range(10):
        options = EngineOptions((TOUR, other)[number % 2], threads=1)
        previous, supervisor = supervisor, EngineSupervisor(partial(EngineProcess.start, options))
        if previous is not None:
            await previous.stop()
        if number % 3 == 1:  # somebody changes their mind while it loads
            starting = asyncio.ensure_future(supervisor.start())
            while not psutil.Process().children():
                await asyncio.sleep(0.002)
            await supervisor.stop()
            await asyncio.gather(starting, return_exceptions=True)
            assert not psutil.Process().children()
        client = await supervisor.start()
        engines = psutil.Process().children()
        assert len(engines) == 1
        assert engines[0].pid not in seen
        seen.add(engines[0].pid)
        text = await right_text(chat, client)
        expected = expected or text
        assert text == expected
    assert supervisor is not None
    await supervisor.stop()
    assert not psutil.Process().children(recursive=True)
    if sys.platform != "win32":
        assert not any(psutil.pid_exists(pid) for pid in seen)
