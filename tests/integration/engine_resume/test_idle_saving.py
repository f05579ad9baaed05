"""The loop thread saves when nothing happens, one piece at a time, and nobody has to wait for it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from oa_desktop.engine.backend import StateError
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    GenerationRequest,
    RequestEnd,
    RequestFailure,
    Sampling,
)
from oa_desktop.engine.resume import saved_branches
from oa_desktop.engine.resume.folder import StateFolder

from .branches import KEY, NO_SPARE, Engine, names, words

WAIT_S = 60


class SlowDisk(FakeBackend):
    """Saves only while the gate is open; `saving` tells that it wants to."""

    def __init__(self) -> None:
        super().__init__(n_ctx=4096, cells=8192)
        self.gate = threading.Event()
        self.gate.set()
        self.saving = threading.Event()
        self.saved: list[int] = []
        self.error: Exception | None = None

    def save_sequence(self, sequence: int, path: Path) -> None:
        self.saving.set()
        assert self.gate.wait(WAIT_S)
        if self.error is not None:
            raise self.error
        super().save_sequence(sequence, path)
        self.saved.append(sequence)


@pytest.fixture
def backend() -> SlowDisk:
    return SlowDisk()


@pytest.fixture
def loop(backend: SlowDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineLoop]:
    monkeypatch.setattr(saved_branches, "QUIET_S", 0.01)
    loop = EngineLoop(backend, states=StateFolder(tmp_path, KEY, NO_SPARE))
    loop.start()
    yield loop
    backend.gate.set()
    loop.close()


def submit(loop: EngineLoop, prompt: list[int]) -> Callable[[], Event]:
    ended = threading.Event()
    events: list[Event] = []

    def listen(told: Sequence[Event]) -> None:
        events.extend(told)
        if isinstance(told[-1], RequestEnd | RequestFailure):
            ended.set()

    def wait() -> Event:
        assert ended.wait(WAIT_S)
        return events[-1]

    request = GenerationRequest(
        str(id(events)), tuple(prompt), 1, 4, Sampling(temperature=0), ignore_eos=True
    )
    loop.submit(request, listen)
    return wait


def wait_for(condition: Callable[[], bool]) -> None:
    step = threading.Event()
    for _ in range(int(WAIT_S / 0.005)):
        if condition():
            return
        step.wait(0.005)
    pytest.fail("it did not happen in time")


def test_a_branch_is_saved_when_nothing_happens_and_then_nothing_more_is_done(
    loop: EngineLoop, backend: SlowDisk, tmp_path: Path
):
    submit(loop, words(300))()
    wait_for(lambda: loop.stats().saved.branches == 1)
    assert len(backend.saved) == 1
    submit(loop, words(300))()
    wait_for(lambda: loop._scheduler.saved.wait_s is None)
    assert len(backend.saved) == 1
    assert Engine(tmp_path).ask(words(300)).end.reused_tokens == 299


def test_a_request_that_comes_while_a_long_branch_is_saved_waits_for_one_piece_at_most(
    loop: EngineLoop, backend: SlowDisk, tmp_path: Path
):
    submit(loop, words(100))()
    wait_for(lambda: loop.stats().saved.branches == 1)
    backend.saved.clear()
    backend.saving.clear()
    backend.gate.clear()
    submit(loop, words(3500, 2))()
    assert backend.saving.wait(WAIT_S)
    waiting = submit(loop, words(100))
    backend.gate.set()
    assert isinstance(waiting(), RequestEnd)
    assert len(backend.saved) <= 1
    wait_for(lambda: len(backend.saved) == 4)


def test_asking_does_not_wait_for_a_save(loop: EngineLoop, backend: SlowDisk):
    backend.gate.clear()
    submit(loop, words(300))()
    assert backend.saving.wait(WAIT_S)
    wait = submit(loop, words(50))
    loop.cancel("unknown")
    assert loop.stats().healthy
    backend.gate.set()
    assert isinstance(wait(), RequestEnd)


@pytest.mark.parametrize("error", [OSError(28, "no space"), StateError("wrote 3 of 5 bytes")])
def test_a_save_that_fails_is_told_once_and_leaves_an_engine_that_answers(
    loop: EngineLoop, backend: SlowDisk, error: Exception, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    backend.error = error
    for salt in range(3):
        assert isinstance(submit(loop, words(200, salt))(), RequestEnd)
        wait_for(lambda: loop._scheduler.saved.wait_s is None)
    assert loop.healthy
    assert not names(tmp_path)
    assert len([record for record in caplog.records if "could not be saved" in record.message]) == 1
    backend.error = None
    submit(loop, words(200, 5))()
    wait_for(lambda: loop.stats().saved.branches == 1)


def test_closing_saves_what_there_is_time_for_and_without_time_nothing(tmp_path: Path):
    for within_s, files in ((0.0, 0), (WAIT_S, 1)):
        loop = EngineLoop(FakeBackend(), states=StateFolder(tmp_path, KEY, NO_SPARE))
        loop.start()
        submit(loop, words(300))()
        loop.close(save_within_s=within_s)
        assert len(names(tmp_path)) == files


def test_closing_in_the_middle_of_a_prompt_saves_what_was_read(tmp_path: Path):
    loop = EngineLoop(FakeBackend(), step_tokens=16, states=StateFolder(tmp_path, KEY, NO_SPARE))
    loop.start()
    wait = submit(loop, words(900))
    wait_for(lambda: loop.stats().cells_used > 100)
    loop.close(save_within_s=WAIT_S)
    wait()
    engine = Engine(tmp_path)
    assert 64 <= engine.ask(words(900)).end.reused_tokens <= 899


def test_one_sequence_is_kept_for_saving(tmp_path: Path):
    loop = EngineLoop(FakeBackend(max_sequences=4), states=StateFolder(tmp_path, KEY, NO_SPARE))
    loop.start()
    answers = [submit(loop, words(70, salt)) for salt in range(12)]
    assert all(isinstance(wait(), RequestEnd) for wait in answers)
    assert loop.healthy
    loop.close()
