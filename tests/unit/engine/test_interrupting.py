"""A step that nobody waits for any more is cut short, and one that never ends is given up."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from oa_desktop.engine.backend import ABORTED, Backend, Batch, DecodeError
from oa_desktop.engine.fake import FakeBackend, expected_tokens
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import (
    Event,
    GenerationRequest,
    RequestEnd,
    RequestFailure,
    Sampling,
    TextDelta,
)
from oa_desktop.engine.watchdog import Watchdog

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
WAIT_S = 60
PROMPT = tuple(FakeBackend().vocabulary.tokenize(" the tree of open replies"))
OTHER = tuple(FakeBackend().vocabulary.tokenize(" some question with patience"))


class GatedBackend(FakeBackend):
    """A decode waits at the gate; whatever it was asked meanwhile, it does when the gate opens.

    shuts_at: the gate shuts by itself before the first decode for that many sequences.
    """

    def __init__(self, **options: int) -> None:
        super().__init__(**options)
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.shuts_at = 0

    def decode(self, batch: Batch) -> None:
        if self.shuts_at and len(set(batch.sequences)) == self.shuts_at:
            self.shuts_at = 0
            self.gate.clear()
        if not self.gate.is_set():
            self.begun.set()
        assert self.gate.wait(WAIT_S)
        super().decode(batch)


class Listener:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended = threading.Event()

    def __call__(self, told: Sequence[Event]) -> None:
        self.events.extend(told)
        if isinstance(told[-1], RequestEnd | RequestFailure):
            self.ended.set()

    def end(self) -> Event:
        assert self.ended.wait(WAIT_S)
        return self.events[-1]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


@pytest.fixture
def start() -> Iterator[object]:
    started: list[tuple[EngineLoop, GatedBackend]] = []

    def start(backend: GatedBackend, **options: object) -> EngineLoop:
        loop = EngineLoop(backend, **options)
        loop.start()
        started.append((loop, backend))
        return loop

    yield start
    for loop, backend in started:
        backend.gate.set()
        loop.close()


def request(name: str, prompt: tuple[int, ...] = PROMPT, max_tokens: int = 30) -> GenerationRequest:
    return GenerationRequest(name, prompt, max_tokens=max_tokens, ignore_eos=True)


def spelled(prompt: tuple[int, ...], count: int) -> str:
    backend = FakeBackend()
    tokens = expected_tokens(prompt, seed=0, max_tokens=count, ignore_eos=True)
    return b"".join(map(backend.vocabulary.piece, tokens)).decode(errors="ignore")


@pytest.mark.parametrize("can_rewind", [True, False])
def test_e15_a_prompt_nobody_waits_for_is_not_read_to_the_end_of_the_step(start, can_rewind: bool):
    backend = GatedBackend(can_rewind=can_rewind)
    loop = start(backend)
    backend.gate.clear()
    stopped = Listener()
    loop.submit(request("a", PROMPT * 20), stopped)
    assert backend.begun.wait(WAIT_S)
    loop.cancel("a")
    assert backend.aborting.is_set()
    backend.gate.set()
    stopped.end()
    assert backend.decoded_tokens == 0, "the step was finished"
    assert loop.stats().steps == 0, "a step that was cut short says nothing about how long steps take"
    again = Listener()
    loop.submit(request("b", PROMPT * 20), again)
    assert isinstance(again.end(), RequestEnd)
    assert again.text.rstrip("\ufffd") == spelled(PROMPT * 20, 30)
    assert backend.open_samplers == 0


@pytest.mark.parametrize("can_rewind", [True, False])
def test_e15_a_step_for_others_is_finished(start, can_rewind: bool):
    backend = GatedBackend(can_rewind=can_rewind)
    loop = start(backend)
    backend.shuts_at = 2
    stays, leaves = Listener(), Listener()
    loop.submit(request("stays", max_tokens=500), stays)
    loop.submit(request("leaves", OTHER, 500), leaves)
    assert backend.begun.wait(WAIT_S)
    loop.cancel("leaves")
    assert not backend.aborting.is_set()
    backend.gate.set()
    assert isinstance(stays.end(), RequestEnd)
    assert stays.text.rstrip("\ufffd") == spelled(PROMPT, 500)


def test_e15_a_step_whose_every_request_is_cancelled_is_cut_short_when_the_last_one_is(start):
    backend = GatedBackend()
    loop = start(backend)
    backend.shuts_at = 2
    first, second = Listener(), Listener()
    loop.submit(request("first", max_tokens=500), first)
    loop.submit(request("second", OTHER, 500), second)
    assert backend.begun.wait(WAIT_S)
    loop.cancel("first")
    assert not backend.aborting.is_set()
    loop.cancel("second")
    assert backend.aborting.is_set()
    backend.gate.set()
    assert isinstance(first.end(), RequestEnd)
    assert isinstance(second.end(), RequestEnd)
    assert backend.open_samplers == 0
    later = Listener()
    loop.submit(request("later"), later)
    later.end()
    assert later.text.rstrip("\ufffd") == spelled(PROMPT, 30)


def test_closing_does_not_wait_for_a_long_step(start):
    backend = GatedBackend()
    loop = start(backend)
    listener = Listener()
    backend.gate.clear()
    loop.submit(request("a", PROMPT * 20), listener)
    assert backend.begun.wait(WAIT_S)
    closing = threading.Thread(target=loop.close)
    closing.start()
    assert backend.aborting.wait(WAIT_S)
    backend.gate.set()
    closing.join(WAIT_S)
    assert not closing.is_alive()
    end = listener.end()
    assert isinstance(end, RequestFailure)
    assert end.code == "engine-closed"
    assert backend.decoded_tokens == 0


def test_a_step_that_never_ends_fails_every_request_and_the_loop_is_left_behind(start):
    backend = GatedBackend()
    loop = start(backend, watchdog=Watchdog(step_limit_s=0.05, token_limit_s=0))
    reading, waiting = Listener(), Listener()
    backend.gate.clear()
    loop.submit(request("a"), reading)
    assert backend.begun.wait(WAIT_S)
    loop.submit(request("b"), waiting)
    for _ in range(1000):
        if not loop.watch():
            break
        threading.Event().wait(0.01)
    assert loop.hung
    assert not loop.healthy
    for listener, name in ((reading, "a"), (waiting, "b")):
        assert listener.end() == RequestFailure(name, "engine-failed", "The engine stopped after an error.")
    refused = Listener()
    loop.submit(request("c"), refused)
    assert refused.end().code == "engine-failed"
    loop.close()  # does not wait for the thread that hangs


def test_a_slow_step_is_waited_for(start):
    backend = GatedBackend()
    loop = start(backend)
    listener = Listener()
    backend.gate.clear()
    loop.submit(request("a"), listener)
    assert backend.begun.wait(WAIT_S)
    assert all(loop.watch() for _ in range(100))
    backend.gate.set()
    assert isinstance(listener.end(), RequestEnd)
    assert not loop.hung


@pytest.fixture(params=["fake", pytest.param("llama", marks=pytest.mark.model)])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "fake":
        opened: Backend = FakeBackend(n_ctx=512, cells=512, max_sequences=4)
    else:
        llama = pytest.importorskip("oa_desktop.engine.llama")
        if not TOUR.exists():
            pytest.skip("no tour model")
        options = llama.LlamaOptions(n_ctx=512, cells=512, threads=1, max_sequences=4)
        opened = llama.LlamaBackend.open(TOUR, options)
    yield opened
    opened.close()


def greedy(backend: Backend, tokens: list[int]) -> int:
    batch = Batch()
    row = batch.add(tokens, backend.sequence_length(0), 0, logits=True)
    backend.decode(batch)
    sampler = backend.make_sampler(Sampling(temperature=0), 0, ())
    token = sampler.sample(row)
    sampler.close()
    return token


def test_an_interrupted_decode_leaves_a_sequence_that_can_be_cut_back_and_read_again(backend: Backend):
    tokens = backend.vocabulary.tokenize("What is a good reply? One that helps.")
    greedy(backend, tokens[:4])
    backend.interrupt(abort=True)
    with pytest.raises(DecodeError) as aborted:
        greedy(backend, tokens[4:])
    assert aborted.value.code == ABORTED
    backend.interrupt(abort=False)
    backend.seq_rm(0, 4)
    interrupted = greedy(backend, tokens[4:])
    backend.seq_rm(0, 0)
    greedy(backend, tokens[:4])
    assert interrupted == greedy(backend, tokens[4:])
