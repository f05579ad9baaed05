"""Engine processes that end and start again: what one has read, the next one goes on from."""

import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest

from oa_desktop.client import launch
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.events import ChoiceDelta, Usage
from oa_desktop.client.launch import EngineProcess

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
LONG = "A tree has a trunk and many branches. " * 12
QUESTION = [{"role": "user", "content": LONG + "What is a branch?"}]

PATIENT_ENGINE = """
import sys
from oa_desktop.engine import lifeline, startup
startup.SAVE_WITHIN_S, lifeline.GRACE_S = 60, 90
sys.exit(startup.run(sys.argv[1:]))
"""
"""An engine that saves for as long as a busy machine needs."""

Start = Callable[..., Awaitable[EngineProcess]]


@pytest.fixture
async def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Start an engine on the tour model that saves into one folder, and has the time it takes to end."""
    monkeypatch.setattr(launch, "STOP_TIMEOUT_S", 120)
    command = (sys.executable, "-c", PATIENT_ENGINE)
    started: list[EngineProcess] = []

    async def start(path: Path = TOUR, **options: object) -> EngineProcess:
        given = {"threads": 1, "ctx": 1024, "state_dir": tmp_path / "states", **options}
        engine = await EngineProcess.start(EngineOptions(path, **given), command=command)
        started.append(engine)
        return engine

    yield start
    for engine in started:
        await engine.stop()


async def ask(engine: EngineProcess, messages: list[dict[str, str]]) -> tuple[str, Usage]:
    text, usage = "", None
    async with (
        engine.client() as client,
        aclosing(
            client.chat(messages, sampling={"temperature": 0, "ignore_eos": True}, max_tokens=12)
        ) as events,
    ):
        async for event in events:
            match event:
                case ChoiceDelta():
                    text += event.text
                case Usage():
                    usage = event
    assert usage is not None
    return text, usage


def metric(engine: EngineProcess, name: str) -> float:
    """As a scraper reads it."""
    address = engine.handle.base_url.removesuffix("/v1") + "/metrics"
    headers = {"Authorization": f"Bearer {engine.handle.token}"}
    page = httpx2.get(address, headers=headers, trust_env=False).text
    return next(float(line.split()[1]) for line in page.splitlines() if line.startswith(f"oa_engine_{name} "))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_after_a_restart_a_conversation_goes_on_with_the_same_words(start: Start):
    first = await start()
    text, usage = await ask(first, QUESTION)
    longer = [*QUESTION, {"role": "assistant", "content": text}, {"role": "user", "content": "And a leaf?"}]
    went_on, _ = await ask(first, longer)
    await first.stop()
    second = await start()
    assert second.hello is not None
    again, restored = await ask(second, longer)
    assert again == went_on
    assert restored.reused_tokens > usage.prompt_tokens
    assert metric(second, "restored_tokens_total") == restored.reused_tokens
    assert metric(second, "reused_tokens_total") == restored.reused_tokens
    assert metric(second, "saved_branches") >= 1
    assert metric(second, "saved_bytes") > 1000
    assert metric(second, "free_cells") + metric(second, "used_cells") == metric(second, "capacity_cells")


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
async def test_e01_what_was_saved_while_nothing_happened_outlives_a_kill(start: Start):
    first = await start()
    text, usage = await ask(first, QUESTION)
    wait_until(lambda: metric(first, "saved_branches") == 1)
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    again, restored = await ask(await start(), QUESTION)
    assert again == text
    assert restored.reused_tokens == usage.prompt_tokens - 1


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
async def test_a_signal_that_asks_it_to_end_leaves_time_to_save(start: Start):
    first = await start()
    _, usage = await ask(first, QUESTION)
    os.kill(first.pid, signal.SIGTERM)
    await first.wait()
    _, restored = await ask(await start(), QUESTION)
    assert restored.reused_tokens == usage.prompt_tokens - 1


async def test_another_context_is_no_other_state_but_another_cache_type_is(start: Start):
    first = await start()
    text, usage = await ask(first, QUESTION)
    await first.stop()
    smaller = await start(ctx=512)
    again, restored = await ask(smaller, QUESTION)
    assert (again, restored.reused_tokens) == (text, usage.prompt_tokens - 1)
    await smaller.stop()
    other = await start(kv_type="q8_0")
    _, nothing = await ask(other, QUESTION)
    assert nothing.reused_tokens == 0
    await other.stop()
    _, both = await ask(await start(kv_type="q8_0"), QUESTION)
    assert both.reused_tokens == usage.prompt_tokens - 1


async def test_a_model_that_was_changed_in_place_does_not_go_on_from_the_old_one(
    start: Start, tmp_path: Path
):
    model = tmp_path / "model.gguf"
    shutil.copy2(TOUR, model)
    first = await start()
    _, usage = await ask(first, QUESTION)
    await first.stop()
    copy = await start(model)
    _, of_the_copy = await ask(copy, QUESTION)
    assert of_the_copy.reused_tokens == usage.prompt_tokens - 1, "a copy is the same model"
    await copy.stop()
    with model.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    _, of_the_changed = await ask(await start(model), QUESTION)
    assert of_the_changed.reused_tokens == 0


async def test_nothing_is_saved_without_a_folder(start: Start, tmp_path: Path):
    engine = await start(state_dir=None)
    await ask(engine, QUESTION)
    await engine.stop()
    assert not (tmp_path / "states").exists()


async def test_stopping_in_the_middle_of_a_reply_saves_and_nobody_has_to_insist(start: Start):
    engine = await start()
    client = engine.client()
    endless = {"ignore_eos": True}
    async with client, aclosing(client.chat(QUESTION, sampling=endless, max_tokens=900)) as events:
        await anext(events)
        await engine.stop()
    assert engine._child.returncode == 0, "it had to be killed"
    _, restored = await ask(await start(), QUESTION)
    assert restored.reused_tokens == restored.prompt_tokens - 1


async def test_a_folder_that_cannot_be_had_is_no_reason_not_to_answer(start: Start, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    engine = await start(state_dir=tmp_path / "file" / "states")
    text, _ = await ask(engine, QUESTION)
    assert text
    assert "nothing will be saved" in engine.log_tail or metric(engine, "saved_branches") == 0


async def test_two_engines_of_one_folder_take_from_each_other(start: Start):
    left, right = await start(), await start()
    text, usage = await ask(left, QUESTION)
    wait_until(lambda: metric(left, "saved_branches") == 1)
    again, restored = await ask(right, QUESTION)
    assert again == text
    assert restored.reused_tokens == usage.prompt_tokens - 1
