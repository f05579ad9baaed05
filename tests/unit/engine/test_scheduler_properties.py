"""Random arrivals, cancels and failures: every request ends once, the books balance after each step."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.engine.backend import DecodeError
from oa_desktop.engine.fake import FakeBackend, FakeVocabulary, expected_tokens
from oa_desktop.engine.jobs import ReplyText
from oa_desktop.engine.pacing import Pace
from oa_desktop.engine.requests import (
    Event,
    FinishReason,
    GenerationRequest,
    ReplyEnd,
    RequestEnd,
    RequestFailure,
    Sampling,
    TextDelta,
)
from oa_desktop.engine.scheduler import Scheduler

END_ODDS = 12
WORD = FakeVocabulary.size - 8


@dataclass
class Arrival:
    request: GenerationRequest
    at_step: int
    cancel_after: int | None


@dataclass
class Run:
    """Drives a scheduler and checks after every step what must hold then."""

    scheduler: Scheduler
    backend: FakeBackend
    events: list[Event] = field(default_factory=list)

    def step(self) -> None:
        self.events += self.scheduler.step()
        tree = self.scheduler.tree
        tree.check_integrity()
        assert tree.free + tree.used == tree.cells
        assert tree.used == self.backend.used_cells

    def text(self, request_id: str, index: int) -> str:
        return "".join(
            e.text
            for e in self.events
            if isinstance(e, TextDelta) and e.request_id == request_id and e.index == index
        )


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """Prompts grow from a few stems, so that prefixes are shared, continued and forked."""
    stems = draw(
        st.lists(st.lists(st.integers(WORD, WORD + 2), min_size=1, max_size=12), min_size=1, max_size=3)
    )
    made: list[Arrival] = []
    for number in range(draw(st.integers(1, 10))):
        prompt = draw(st.sampled_from(stems)) + draw(st.lists(st.integers(WORD, WORD + 3), max_size=20))
        request = GenerationRequest(
            id=str(number),
            prompt=tuple(prompt),
            n=draw(st.integers(1, 5)),
            max_tokens=draw(st.integers(1, 30)),
            sampling=Sampling(temperature=draw(st.sampled_from([0.0, 1.0])), seed=draw(st.integers(0, 3))),
            stop=draw(st.sampled_from([(), (" a",), ("é l", ".")])),
            ignore_eos=draw(st.booleans()),
        )
        made.append(Arrival(request, draw(st.integers(0, 20)), draw(st.none() | st.integers(0, 15))))
    return sorted(made, key=lambda arrival: arrival.at_step)


backends = st.builds(
    FakeBackend,
    n_ctx=st.just(48),
    cells=st.integers(48, 160),
    max_sequences=st.integers(2, 9),
    can_rewind=st.booleans(),
    end_odds=st.just(END_ODDS),
)


def play(run: Run, plan: list[Arrival], failing_steps: frozenset[int] = frozenset()) -> None:
    cancel_at: dict[int, list[str]] = defaultdict(list)
    waiting = list(plan)
    bound = 60 + sum(10 + len(a.request.prompt) + a.request.max_tokens for a in plan)
    for step in range(bound):
        while waiting and waiting[0].at_step <= step:
            arrival = waiting.pop(0)
            run.scheduler.submit(arrival.request)
            if arrival.cancel_after is not None:
                cancel_at[step + arrival.cancel_after].append(arrival.request.id)
        for request_id in cancel_at.get(step, []):
            run.scheduler.cancel(request_id)
        if step in failing_steps:
            run.backend.failures.append(DecodeError("decode-failed", "as planned"))
        run.step()
        if not waiting and not run.scheduler.has_work:
            return
    pytest.fail(f"still work after {bound} steps")


def check_ends(run: Run, plan: list[Arrival]) -> None:
    ends = Counter(e.request_id for e in run.events if isinstance(e, RequestEnd | RequestFailure))
    assert ends == {arrival.request.id: 1 for arrival in plan}
    last = {e.request_id: e for e in run.events}
    for arrival in plan:
        request = arrival.request
        end = last[request.id]
        assert isinstance(end, RequestEnd | RequestFailure), "nothing follows the terminal event"
        replies = [e for e in run.events if isinstance(e, ReplyEnd) and e.request_id == request.id]
        if isinstance(end, RequestEnd):
            assert sorted(e.index for e in replies) == list(range(request.n))
            assert end.completion_tokens == sum(e.completion_tokens for e in replies)
    assert run.scheduler.tree.live == frozenset()
    assert run.scheduler.tree.live_cells == 0
    assert run.backend.open_samplers == 0


def alone(request: GenerationRequest, index: int, stop: tuple[str, ...]) -> str:
    """The text of a reply from the definition of the fake model, without any scheduler."""
    seed = None if request.sampling.temperature == 0 else request.sampling.seed + index
    text, shown = ReplyText(stop), ""
    tokens = expected_tokens(
        request.prompt,
        seed=seed,
        max_tokens=request.max_tokens,
        end_odds=END_ODDS,
        ignore_eos=request.ignore_eos,
    )
    for token in tokens:
        shown += text.feed(FakeVocabulary().piece(token))
    return shown + text.flush()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals(), backends, st.integers(1, 40), st.sampled_from([None, Pace]))
def test_every_request_ends_once_and_no_cell_is_lost(plan, backend, step_tokens, pace):
    run = Run(Scheduler(backend, step_tokens=step_tokens, pace=pace and pace()), backend)
    play(run, plan)
    check_ends(run, plan)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals(), backends, st.frozensets(st.integers(0, 40), min_size=1))
def test_failing_decodes_end_requests_and_lose_no_cell(plan, backend, failing_steps):
    run = Run(Scheduler(backend, step_tokens=16), backend)
    play(run, plan, failing_steps)
    check_ends(run, plan)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals(), backends, st.integers(1, 40))
def test_the_same_seed_gives_the_same_text_whatever_runs_beside_it(plan, backend, step_tokens):
    run = Run(Scheduler(backend, step_tokens=step_tokens), backend)
    play(run, plan)
    for end in [e for e in run.events if isinstance(e, ReplyEnd)]:
        request = next(a.request for a in plan if a.request.id == end.request_id)
        shown = run.text(request.id, end.index)
        if end.reason is FinishReason.STOP:
            assert shown == alone(request, end.index, request.stop)
        else:  # cut off early, perhaps inside a character or a stop string
            assert alone(request, end.index, ()).startswith(shown.rstrip("\ufffd"))
