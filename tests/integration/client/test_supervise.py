"""An engine that is killed, freezes or crashes, and what its supervisor says and does."""

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from functools import partial

import psutil
import pytest

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.errors import EngineFailed, EngineStartFailed, EngineStopped, EngineUnavailable
from oa_desktop.client.events import ChoiceDelta
from oa_desktop.client.heartbeat import Patience
from oa_desktop.client.launch import EngineProcess
from oa_desktop.client.status import Halted, NotAnswering, Off, Running, Starting, Waiting
from oa_desktop.client.supervise import EngineSupervisor

PATIENCE_S = 60
"""Long enough for any machine: a test that waits so long has failed."""
QUESTION = [{"role": "user", "content": "What is a tree?"}]
posix = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


class Watched:
    """A supervisor over the fake backend, and everything it said."""

    def __init__(self, tmp_path, *, command=None, patience=None):
        self.statuses = []
        self.slept = []
        options = EngineOptions(tmp_path / "fake.gguf", backend="fake", extra=("--fake-pace", "0.02"))
        self.supervisor = EngineSupervisor(
            partial(EngineProcess.start, options, command=command),
            on_status=self.statuses.append,
            patience=patience,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def engine_pid(self) -> int:
        assert self.supervisor._process is not None
        return self.supervisor._process.pid

    async def until(self, kind) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(self.supervisor.status, kind):
                await asyncio.sleep(0.005)


@pytest.fixture
async def watched(tmp_path):
    watched = Watched(tmp_path)
    yield watched
    await watched.supervisor.stop()


async def read_and_kill(client, engine_pid, *, after_chars: int) -> tuple[str, EngineStopped]:
    """What was read of a long reply before its engine was killed, and what was said about that."""
    text, killed = "", False
    with pytest.raises(EngineStopped) as stopped:  # noqa: PT012
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(client.chat(QUESTION, sampling={"ignore_eos": True})) as replies,
        ):
            async for event in replies:
                if isinstance(event, ChoiceDelta):
                    text += event.text
                if len(text) > after_chars and not killed:
                    os.kill(engine_pid, signal.SIGKILL)
                    killed = True
    return text, stopped.value


@posix
async def test_e01_a_killed_engine_is_named_and_comes_back(watched):
    client = await watched.supervisor.start()
    before = len(watched.statuses)
    text, stopped = await read_and_kill(client, watched.engine_pid(), after_chars=20)
    assert len(text) > 20
    assert stopped.signal_number == 9
    assert "signal 9" in stopped.title
    assert "smaller context" in stopped.hint, "the system may have ended it for want of memory"
    again = await watched.supervisor.ready()
    assert [event async for event in again.chat(QUESTION, max_tokens=3)]
    assert [type(status) for status in watched.statuses[before:]] == [Waiting, Starting, Starting, Running]
    assert watched.slept == [0.0]


@posix
async def test_e01_the_fourth_death_in_a_minute_waits_for_a_button(watched):
    await watched.supervisor.start()
    for _ in range(3):
        os.kill(watched.engine_pid(), signal.SIGKILL)
        await watched.until((Waiting, Starting))
        await watched.supervisor.ready()
    os.kill(watched.engine_pid(), signal.SIGKILL)
    await watched.until(Halted)
    assert watched.slept == [0.0, 2.0, 8.0]
    with pytest.raises(EngineStopped, match="signal 9"):
        watched.supervisor.client()
    assert await (await watched.supervisor.restart()).health()


async def test_e02_a_crash_on_load_is_told_and_not_tried_again(tmp_path, stand_in):
    watched = Watched(tmp_path, command=stand_in("import os, sys; sys.stdin.readline(); os.abort()"))
    with pytest.raises(EngineStopped) as stopped:
        await watched.supervisor.start()
    assert stopped.value.while_loading
    assert isinstance(watched.supervisor.status, Halted)
    assert watched.slept == []
    assert not psutil.Process().children()
    await watched.supervisor.stop()


def test_e12_an_engine_is_asked_every_two_seconds_and_worried_about_after_ten():
    assert Patience() == Patience(beat_s=2.0, silence_s=10.0)


@posix
async def test_e12_a_frozen_engine_is_said_to_be_silent_and_goes_on_when_it_wakes(tmp_path):
    watched = Watched(tmp_path, patience=Patience(beat_s=0.1, silence_s=0.5))
    client = await watched.supervisor.start()
    pid = watched.engine_pid()
    async with aclosing(client.chat(QUESTION, max_tokens=60, sampling={"ignore_eos": True})) as replies:
        await anext(replies)
        os.kill(pid, signal.SIGSTOP)
        await watched.until(NotAnswering)
        os.kill(pid, signal.SIGCONT)
        await watched.until(Running)
        rest = [event async for event in replies]
    assert rest
    assert watched.engine_pid() == pid
    await watched.supervisor.stop()


@posix
async def test_e12_a_frozen_engine_can_be_restarted(tmp_path, insisting):
    watched = Watched(tmp_path, patience=Patience(beat_s=0.1, silence_s=0.3))
    await watched.supervisor.start()
    frozen = watched.engine_pid()
    os.kill(frozen, signal.SIGSTOP)
    await watched.until(NotAnswering)
    assert await (await watched.supervisor.restart()).health()
    assert not psutil.pid_exists(frozen)
    await watched.supervisor.stop()


@posix
async def test_e12_an_engine_that_freezes_while_it_loads_is_said_to_be_silent(tmp_path, stand_in, insisting):
    halfway = stand_in(
        "import os, signal, sys, time\nsys.stdin.readline()\n"
        'print(\'{"protocol": 1, "loading": 0.5}\', flush=True)\n'
        "os.kill(os.getpid(), signal.SIGSTOP)\n"
        'print(\'{"protocol": 1, "loading": 0.6}\', flush=True)\ntime.sleep(60)\n'
    )
    watched = Watched(tmp_path, command=halfway, patience=Patience(beat_s=0.1, silence_s=0.3))
    start = asyncio.create_task(watched.supervisor.start())
    async with asyncio.timeout(PATIENCE_S):
        while Starting(0.5, silent=True) not in watched.statuses:
            await asyncio.sleep(0.01)
        (engine,) = psutil.Process().children()
        while engine.status() != psutil.STATUS_STOPPED:
            await asyncio.sleep(0.01)
        engine.resume()
        while Starting(0.6) not in watched.statuses:
            await asyncio.sleep(0.01)
    await watched.supervisor.stop()
    with pytest.raises(EngineUnavailable):
        await start


async def test_an_engine_whose_loop_fails_ends_itself_and_is_started_again(watched, tmp_path):
    broken = tmp_path / "broken_engine.py"
    broken.write_text(
        "import sys\nfrom oa_desktop.engine import opening\nfrom oa_desktop.engine.startup import run\n"
        "def decode(self, batch):\n    raise RuntimeError('a broken invariant')\n"
        "opening.PacedFakeBackend.decode = decode\nsys.exit(run(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    watched = Watched(tmp_path, command=(sys.executable, str(broken)))
    client = await watched.supervisor.start()
    with pytest.raises(EngineFailed):
        _ = [event async for event in client.chat(QUESTION)]
    async with asyncio.timeout(PATIENCE_S):
        while not any(isinstance(status, Waiting) for status in watched.statuses):
            await asyncio.sleep(0.01)
    waiting = next(status for status in watched.statuses if isinstance(status, Waiting))
    assert waiting.cause.exit_code == 70
    assert await (await watched.supervisor.ready()).health()
    await watched.supervisor.stop()


async def test_a_hung_step_is_noticed_and_the_engine_replaced(tmp_path):
    """A step has a little more than the most that one pause of the machine counts."""
    hanging = tmp_path / "hanging_engine.py"
    hanging.write_text(
        "import sys, threading\nfrom oa_desktop.engine import opening, watchdog\n"
        "from oa_desktop.engine.startup import run\n"
        "watchdog.Watchdog.__init__.__defaults__ = (1.1, 0.0, *watchdog.Watchdog.__init__.__defaults__[2:])\n"
        "decode = opening.PacedFakeBackend.decode\n"
        "def hang(self, batch):\n"
        "    if self.decoded_tokens > 40:\n        threading.Event().wait()\n    decode(self, batch)\n"
        "opening.PacedFakeBackend.decode = hang\nsys.exit(run(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    watched = Watched(tmp_path, command=(sys.executable, str(hanging)))
    client = await watched.supervisor.start()
    hung, text = watched.engine_pid(), ""
    with pytest.raises(EngineFailed):  # noqa: PT012
        async for event in client.chat(QUESTION, max_tokens=500, sampling={"ignore_eos": True}):
            text += event.text if isinstance(event, ChoiceDelta) else ""
    assert text, "what came before the hung step is kept"
    async with asyncio.timeout(PATIENCE_S):
        while not any(isinstance(status, Waiting) for status in watched.statuses):
            await asyncio.sleep(0.01)
    waiting = next(status for status in watched.statuses if isinstance(status, Waiting))
    assert waiting.cause.exit_code == 70
    again = await watched.supervisor.ready()
    assert [event async for event in again.chat(QUESTION, max_tokens=3)]
    assert not psutil.pid_exists(hung)
    await watched.supervisor.stop()


async def test_stopping_wants_no_engine_and_leaves_none(watched):
    await watched.supervisor.start()
    await watched.supervisor.stop()
    assert watched.supervisor.status == Off()
    with pytest.raises(EngineUnavailable):
        await watched.supervisor.ready()
    assert not psutil.Process().children()
    assert not any(isinstance(status, Waiting | Halted) for status in watched.statuses)


async def test_two_starts_at_once_leave_one_engine(watched):
    await asyncio.gather(watched.supervisor.start(), watched.supervisor.start(), return_exceptions=True)
    await watched.supervisor.ready()
    assert [child.pid for child in psutil.Process().children()] == [watched.engine_pid()]


async def test_a_bug_in_the_launch_leaves_nobody_waiting():
    async def launch(*, on_progress):
        raise ZeroDivisionError

    supervisor = EngineSupervisor(launch)
    with pytest.raises(EngineStartFailed):
        await supervisor.start()
    assert isinstance(supervisor.status, Halted)
    await supervisor.stop()


async def test_a_stop_while_it_loads_leaves_no_process(tmp_path, stand_in, insisting):
    watched = Watched(tmp_path, command=stand_in("import time; time.sleep(60)"))
    start = asyncio.create_task(watched.supervisor.start())
    while not psutil.Process().children():
        await asyncio.sleep(0.01)
    await watched.supervisor.stop()
    with pytest.raises(EngineUnavailable):
        await start
    assert not psutil.Process().children()
