"""What the scheduler counts, against what it says in its events."""

import pytest

from oa_desktop.engine.backend import DecodeError
from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.requests import Event, GenerationRequest, RequestEnd
from oa_desktop.engine.scheduler import Scheduler
from oa_desktop.engine.tally import STEP_BOUNDS_S, Counts, Outcome, Tally

WORDS = FakeBackend().vocabulary.tokenize(" the a tree reply branch open assistant model answers every")


def request(name: str, tokens: int = 40, **fields: object) -> GenerationRequest:
    prompt = tuple(WORDS[i % len(WORDS)] for i in range(tokens))
    return GenerationRequest(name, prompt, **{"max_tokens": 8, "ignore_eos": True, **fields})


def other(name: str, tokens: int = 40, **fields: object) -> GenerationRequest:
    """Shares no token with the others."""
    return GenerationRequest(name, tuple(reversed(WORDS)) * (tokens // len(WORDS)), max_tokens=8, **fields)


def run(scheduler: Scheduler, *requests: GenerationRequest) -> list[Event]:
    for one in requests:
        scheduler.submit(one)
    events: list[Event] = []
    while scheduler.has_work:
        events += scheduler.step()
    return events


def scheduler_of(can_rewind: bool = True, **options: int) -> Scheduler:
    backend = FakeBackend(n_ctx=256, cells=1024, max_sequences=16, can_rewind=can_rewind, **options)
    return Scheduler(backend, step_tokens=16)


def steps(counts: Counts) -> tuple[int, int]:
    return counts.prompt_steps.steps, counts.reply_steps.steps


def test_nothing_is_counted_before_anything_happens():
    counts = scheduler_of().tally.counts()
    assert (counts.read_tokens, counts.reused_tokens, counts.generated_tokens) == (0, 0, 0)
    assert set(counts.requests.values()) == {0}
    assert counts.requests.keys() == set(Outcome)
    assert steps(counts) == (0, 0)


def test_steps_with_and_without_a_prompt_are_told_apart():
    scheduler = scheduler_of()
    run(scheduler, request("a", tokens=40))
    assert steps(scheduler.tally.counts()) == (3, 7), (
        "40 tokens in slices of 16; then 7, the first came with it"
    )
    scheduler.step()
    assert steps(scheduler.tally.counts()) == (3, 7), "a step without work is none"


@pytest.mark.parametrize("can_rewind", [True, False])
def test_tokens_read_and_reused_are_those_of_the_prompts(can_rewind: bool):
    scheduler = scheduler_of(can_rewind)
    requests = [request("a"), request("b", n=3), other("c"), request("d", tokens=60), request("e", tokens=20)]
    events = run(scheduler, *requests[:3]) + run(scheduler, *requests[3:])
    ends = [event for event in events if isinstance(event, RequestEnd)]
    counts = scheduler.tally.counts()
    assert len(ends) == counts.requests[Outcome.COMPLETED] == len(requests)
    assert counts.read_tokens + counts.reused_tokens == sum(len(one.prompt) for one in requests)
    assert counts.reused_tokens == sum(end.reused_tokens for end in ends) > 0
    assert counts.generated_tokens == sum(end.completion_tokens for end in ends)


def test_the_model_decodes_what_is_read_and_all_of_a_reply_but_its_last_token():
    backend = FakeBackend(n_ctx=256, cells=1024, max_sequences=16)
    scheduler = Scheduler(backend, step_tokens=16)
    run(scheduler, request("a", n=4), other("b", ignore_eos=True))
    counts = scheduler.tally.counts()
    assert backend.decoded_tokens == counts.read_tokens + counts.generated_tokens - 5


def test_every_way_a_request_can_end_is_counted():
    backend = FakeBackend(n_ctx=256, cells=1024, max_sequences=1)
    scheduler = Scheduler(backend, step_tokens=16, max_queue=2)
    scheduler.submit(request("too long", tokens=300))
    scheduler.submit(request("speaking", tokens=10))
    scheduler.submit(request("waiting"))
    scheduler.submit(request("one too many"))
    scheduler.step()
    scheduler.cancel("speaking")
    scheduler.cancel("waiting")
    scheduler.submit(request("reading"))
    scheduler.step()
    scheduler.cancel("reading")
    run(scheduler, request("fine"))
    backend.failures.append(DecodeError("decode-failed", "on purpose"))
    run(scheduler, other("unlucky"))
    requests = scheduler.tally.counts().requests
    assert requests == {
        Outcome.COMPLETED: 1,
        Outcome.CANCELLED: 3,
        Outcome.REFUSED: 2,
        Outcome.FAILED: 1,
    }


def test_a_failed_decode_reads_nothing_and_what_is_read_again_counts_once():
    backend = FakeBackend(n_ctx=256, cells=1024, max_sequences=16)
    scheduler = Scheduler(backend, step_tokens=64)
    backend.failures.append(DecodeError("decode-failed", "on purpose"))
    run(scheduler, request("a", tokens=20), other("b", tokens=20))
    counts = scheduler.tally.counts()
    assert counts.requests[Outcome.COMPLETED] == 2, "each gets a decode of its own"
    assert counts.read_tokens == 40
    assert counts.prompt_steps.steps == 1


def test_a_time_on_a_bound_belongs_below_it():
    tally = Tally()
    for seconds in (*STEP_BOUNDS_S, 0.0, 11.0, 3600.0):
        tally.step(seconds, read_prompt=False)
    times = tally.counts().reply_steps
    assert times.counts == (2, *[1] * (len(STEP_BOUNDS_S) - 1), 2)
    assert times.sum_s == pytest.approx(sum(STEP_BOUNDS_S) + 3611)


def test_a_picture_does_not_change_any_more():
    tally = Tally()
    before = tally.counts()
    tally.requests[Outcome.FAILED] += 1
    tally.step(1, read_prompt=True)
    assert before == Tally().counts()
