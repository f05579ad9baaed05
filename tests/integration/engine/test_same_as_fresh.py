"""Whatever was shared, forked, cancelled, evicted and restored before: a reply is that of an empty engine.

Slices and neighbours round differently: a token is right when its logit is the largest but for that.
"""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import Batch
from oa_desktop.engine.llama import LlamaBackend, LlamaOptions
from oa_desktop.engine.loop import EngineLoop
from oa_desktop.engine.requests import Event, GenerationRequest, RequestEnd, RequestFailure, Sampling
from oa_desktop.engine.resume import saved_branches
from oa_desktop.engine.resume.opening import open_states
from tests.integration.engine.test_llama_memories import TOUR, recurrent_model, sliding_window_model

pytestmark = [pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour model")]
CONTEXT = 256
ROUNDING = {"tour": 0.6, "recurrent": 0.01, "sliding window": 0.1}
"""Of logits whose standard deviation is above 3; in thousands of replies 0.08, 0 and 0.014 were seen."""
ROUNDS = 24
PATIENCE_S = 120

Start = Callable[..., EngineLoop]


class Noting(LlamaBackend):
    """Notes the tokens of every reply under the seed of its request."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)
        self.chosen: dict[int, list[list[int]]] = defaultdict(list)

    def make_sampler(self, sampling: Sampling, seed: int, prompt: tuple[int, ...]) -> object:
        sampler, tokens = super().make_sampler(sampling, seed, prompt), list[int]()
        self.chosen[sampling.seed].append(tokens)

        class Sampler:
            def sample(self, row: int) -> int:
                tokens.append(sampler.sample(row))
                return tokens[-1]

            def close(self) -> None:
                sampler.close()

        return Sampler()


class Fresh:
    """One sequence of an engine of its own, always begun anew."""

    def __init__(self, model: Path) -> None:
        self.backend = LlamaBackend.open(model, LlamaOptions(n_ctx=CONTEXT, threads=1, max_sequences=1))

    def worst_shortfall(self, prompt: tuple[int, ...], reply: list[int]) -> float:
        """How far the logit of a chosen token was below the largest one."""
        self.backend.seq_rm(0, 0)
        fed, position, worst = list(prompt), 0, 0.0
        for token in reply:
            batch = Batch()
            row = batch.add(fed, position, 0, logits=True)
            self.backend.decode(batch)
            logits = native.llama_get_logits_ith(self.backend._context, row)
            values = np.ctypeslib.as_array(logits, shape=(self.backend.vocabulary.size,))
            worst = max(worst, float(values.max() - values[token]))
            position, fed = position + len(fed), [token]
        return worst


@pytest.fixture(params=ROUNDING)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def model(kind: str, tmp_path: Path) -> Path:
    if kind == "tour":
        return TOUR
    path = tmp_path / "tiny.gguf"
    (recurrent_model if kind == "recurrent" else sliding_window_model)(path)
    return path


@pytest.fixture
def start(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start an engine that has little room and saves what it read."""
    monkeypatch.setattr(saved_branches, "QUIET_S", 0.01)
    states = tmp_path / "states"
    states.mkdir()
    started: list[EngineLoop] = []

    def start(**limits: int) -> EngineLoop:
        step_tokens = limits.pop("step_tokens")
        backend = Noting.open(model, LlamaOptions(n_ctx=CONTEXT, threads=1, **limits))
        folder = open_states(states, [model], backend.state_kind, 3_000_000)
        loop = EngineLoop(backend, step_tokens=step_tokens, states=folder)
        loop.start()
        started.append(loop)
        return loop

    yield start
    for loop in started:
        loop.close()


def submit(loop: EngineLoop, request: GenerationRequest) -> Callable[[], Event]:
    """Returns a function that waits for the terminal event."""
    events, ended = list[Event](), threading.Event()

    def listen(told: Sequence[Event]) -> None:
        events.extend(told)
        if isinstance(told[-1], RequestEnd | RequestFailure):
            ended.set()

    def end() -> Event:
        assert ended.wait(PATIENCE_S), loop.stats()
        return events[-1]

    loop.submit(request, listen)
    return end


def test_every_token_is_one_that_an_empty_engine_would_choose(kind: str, model: Path, start: Start):
    draw = random.Random(11)
    fresh = Fresh(model)
    known = [[draw.randrange(300, 4000) for _ in range(length)] for length in (20, 70, 130, 180)]
    loop, number, reused = start(cells=400, max_sequences=5, step_tokens=64), 0, 0
    for turn in range(ROUNDS):
        asked = []
        for _ in range(draw.choice([1, 2, 4])):
            stem = draw.choice(known)
            added = [draw.randrange(300, 4000) for _ in range(draw.choice([0, 1, 30]))]
            prompt = (*stem[: draw.choice([len(stem), draw.randint(1, len(stem))])], *added)[: CONTEXT - 8]
            number += 1
            request = GenerationRequest(
                str(number),
                prompt,
                n=draw.choice([1, 1, 3]),
                max_tokens=draw.choice([1, 8, 30]),
                sampling=Sampling(temperature=0, seed=number),
                ignore_eos=True,
            )
            cancelled = draw.random() < 0.2
            asked.append((request, cancelled, submit(loop, request)))
            if cancelled:
                loop.cancel(request.id)
        for request, cancelled, wait in asked:
            end = wait()
            assert isinstance(end, RequestEnd) or cancelled, end
            reused += end.reused_tokens if isinstance(end, RequestEnd) else 0
            for reply in loop.backend.chosen[request.sampling.seed]:
                assert fresh.worst_shortfall(request.prompt, reply) < ROUNDING[kind], (turn, request)
                known.append([*request.prompt, *reply])
        assert loop.healthy
        if turn % 8 == 7:
            loop.close(save_within_s=PATIENCE_S)
            limits = draw.choice([{"cells": 256, "max_sequences": 4}, {"cells": 512, "max_sequences": 9}])
            loop = start(**limits, step_tokens=draw.choice([8, 24, 512]))
    assert reused > 100, "nothing was shared: this shows nothing"
    fresh.backend.close()
