"""The loop thread: requests from many threads, one terminal event each, and nothing lost at the end."""

import logging
import threading
from collections.abc import Iterator, Sequence

import pytest

from oa_desktop.engine.backend import Batch
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    FinishReason,
    GenerationRequest,
    ReplyEnd,
    RequestEnd,
    RequestFailure,
    TextDelta,
)
from oa_desktop.engine.tally import Outcome

WAIT_S = 60
PROMPT = tuple(FakeBackend().vocabulary.tokenize(" the tree of open replies"))


class GatedBackend(FakeBackend):
    """Decodes only while the gate is open; `waiting` tells that a decode has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()
        self.crash: Exception | None = None

    def decode(self, batch: Batch) -> None:
        self.waiting.set()
        assert self.gate.wait(WAIT_S)
        if self.crash is not None:
            raise self.crash
        super().decode(batch)


class Listener:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[str] = set()
        self.ended = threading.Event()

    def __call__(self, told: Sequence[Event]) -> None:
        assert not self.ended.is_set(), "nothing follows the terminal event"
        assert not any(isinstance(event, RequestEnd | RequestFailure) for event in told[:-1])
        self.events.extend(told)
        self.threads.add(threading.current_thread().name)
        if isinstance(told[-1], RequestEnd | RequestFailure):
            self.ended.set()

    def wait(self) -> Event:
        assert self.ended.wait(WAIT_S)
        return self.events[-1]


@pytest.fixture
def backend() -> GatedBackend:
    return GatedBackend()


@pytest.fixture
def loop(backend: GatedBackend) -> Iterator[EngineLoop]:
    loop = EngineLoop(backend, max_queue=4)
    loop.start()
    yield loop
    backend.gate.set()
    loop.close()


def request(name: str, **fields: object) -> GenerationRequest:
    return GenerationRequest(name, PROMPT, **{"max_tokens": 20, "ignore_eos": True, **fields})


def test_events_come_from_the_loop_thread_and_end_once(loop: EngineLoop):
    listener = Listener()
    loop.submit(request("a", n=2), listener)
    assert listener.wait() == RequestEnd("a", len(PROMPT), 0, 40)
    assert listener.threads == {"engine-loop"}
    assert sum(isinstance(e, ReplyEnd) for e in listener.events) == 2


@pytest.mark.parametrize(("frame_s", "times"), [(0.0, 30), (1e9, 2)])
def test_text_of_steps_within_a_frame_is_told_together(
    loop: EngineLoop, monkeypatch: pytest.MonkeyPatch, frame_s: float, times: int
):
    """The first text comes at once, because what was read for it does; the rest with the end."""
    monkeypatch.setattr("oa_desktop.engine.loop.FRAME_S", frame_s)
    tokens: list[int] = []

    class Watching(Listener):
        def __call__(self, told: Sequence[Event]) -> None:
            tokens.append(sum(event.token_count for event in told if isinstance(event, TextDelta)))
            super().__call__(told)

    listener = Watching()
    loop.submit(request("a", n=2, max_tokens=60), listener)
    assert isinstance(listener.wait(), RequestEnd)
    assert sum(tokens) == 120
    assert tokens[0] in (1, 2)
    assert len(tokens) >= times if frame_s == 0 else len(tokens) == times


def test_requests_from_many_threads_all_end(loop: EngineLoop):
    listeners = {str(i): Listener() for i in range(4)}
    threads = [
        threading.Thread(target=loop.submit, args=(request(name), listener))
        for name, listener in listeners.items()
    ]
    for thread in threads:
        thread.start()
    for listener in listeners.values():
        assert isinstance(listener.wait(), RequestEnd)
    for thread in threads:
        thread.join()


def test_the_loop_sleeps_and_wakes(loop: EngineLoop):
    for name in "abc":
        listener = Listener()
        loop.submit(request(name), listener)
        listener.wait()


def test_e15_cancelling_ends_within_the_step(loop: EngineLoop, backend: GatedBackend):
    backend.gate.clear()
    backend.waiting.clear()
    listener = Listener()
    loop.submit(request("a", max_tokens=500), listener)
    assert backend.waiting.wait(WAIT_S)
    for _ in range(10):
        loop.cancel("a")
    backend.gate.set()
    end = listener.wait()
    assert isinstance(end, RequestEnd)
    assert end.completion_tokens == 0, "the step was for nobody else, so it was cut short"
    assert ReplyEnd("a", 0, FinishReason.CANCELLED, 0) in listener.events


def test_cancelling_what_is_not_there_does_nothing(loop: EngineLoop):
    loop.cancel("nobody")
    listener = Listener()
    loop.submit(request("a"), listener)
    listener.wait()
    loop.cancel("a")


def test_e20_one_request_too_many_is_busy_at_once(loop: EngineLoop, backend: GatedBackend):
    backend.gate.clear()
    backend.waiting.clear()
    running = Listener()
    loop.submit(request("running"), running)
    assert backend.waiting.wait(WAIT_S)
    waiting = [Listener() for _ in range(4)]
    for number, listener in enumerate(waiting):
        loop.submit(request(str(number)), listener)
    refused = Listener()
    loop.submit(request("refused"), refused)
    end = refused.wait()
    assert isinstance(end, RequestFailure)
    assert end.code == "busy"
    backend.gate.set()
    for listener in [running, *waiting]:
        assert isinstance(listener.wait(), RequestEnd)


def test_an_id_that_is_running_is_refused_loudly(loop: EngineLoop, backend: GatedBackend):
    backend.gate.clear()
    listener = Listener()
    loop.submit(request("a"), listener)
    with pytest.raises(ValueError, match="running already"):
        loop.submit(request("a"), Listener())
    backend.gate.set()
    listener.wait()
    again = Listener()
    loop.submit(request("a"), again)
    assert isinstance(again.wait(), RequestEnd)


def test_closing_fails_every_request_and_ends_the_backend(backend: GatedBackend):
    loop = EngineLoop(backend)
    loop.start()
    backend.gate.clear()
    backend.waiting.clear()
    listeners = [Listener() for _ in range(3)]
    for number, listener in enumerate(listeners):
        loop.submit(request(str(number), max_tokens=500), listener)
    assert backend.waiting.wait(WAIT_S)
    backend.gate.set()
    loop.close()
    for listener in listeners:
        end = listener.wait()
        assert isinstance(end, RequestFailure), "a reply that was cut off is not complete"
        assert end.code == "engine-closed"
    assert loop.stats().outcomes()[Outcome.CANCELLED] == 3
    assert backend.closed
    assert backend.open_samplers == 0
    late = Listener()
    loop.submit(request("late"), late)
    end = late.wait()
    assert isinstance(end, RequestFailure)
    assert end.code == "engine-closed"
    loop.close()


def test_a_loop_that_never_started_closes_too(backend: GatedBackend):
    EngineLoop(backend).close()
    assert backend.closed


def test_a_crash_fails_all_requests_and_shows(
    loop: EngineLoop, backend: GatedBackend, caplog: pytest.LogCaptureFixture
):
    backend.gate.clear()
    listeners = [Listener() for _ in range(3)]
    for number, listener in enumerate(listeners):
        loop.submit(request(str(number)), listener)
    backend.crash = RuntimeError("a bug")
    backend.gate.set()
    for listener in listeners:
        end = listener.wait()
        assert isinstance(end, RequestFailure)
        assert end.code == "engine-failed"
    loop.close()
    assert not loop.healthy
    assert not loop.stats().healthy
    late = Listener()
    loop.submit(request("late"), late)
    assert isinstance(late.wait(), RequestFailure)
    assert "a bug" in caplog.text


def test_a_listener_that_raises_loses_its_request_only(loop: EngineLoop, caplog: pytest.LogCaptureFixture):
    def broken(told: Sequence[Event]) -> None:
        raise RuntimeError("not listening")

    loop.submit(request("broken", max_tokens=500), broken)
    other = Listener()
    loop.submit(request("other"), other)
    assert isinstance(other.wait(), RequestEnd)
    assert loop.healthy
    outcomes = loop.stats().outcomes()
    assert (outcomes[Outcome.CANCELLED], outcomes[Outcome.COMPLETED]) == (1, 1)
    assert "not listening" in caplog.text


def test_books_that_do_not_balance_stop_the_engine_when_idle(
    loop: EngineLoop, backend: GatedBackend, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    listener = Listener()
    loop.submit(request("a"), listener)
    listener.wait()
    lost = Listener()

    def lose_cells(told: Sequence[Event]) -> None:
        if isinstance(told[-1], RequestEnd):
            backend.seq_rm(min(s for s in range(backend.max_sequences) if backend.sequence_length(s)), 3)
        lost(told)

    loop.submit(request("b"), lose_cells)
    lost.wait()
    loop._thread.join(WAIT_S)
    assert not loop.healthy
    assert "the memory holds 3" in caplog.text


def test_stats_add_up(loop: EngineLoop, backend: GatedBackend):
    listener = Listener()
    loop.submit(request("a", n=3), listener)
    listener.wait()
    loop.close()
    stats = loop.stats()
    assert stats.cells_free + stats.cells_used == stats.cells_total == backend.cells
    assert (stats.queued, stats.running, stats.sequences) == (0, 0, 0)
    assert stats.prefixes == 3
    assert stats.steps == 20
