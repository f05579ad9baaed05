"""What a step does: who shares what was read, who waits, and for whom room is made."""

import pytest

from oa_desktop.engine.fake import EOS, FakeBackend, expected_tokens
from oa_desktop.engine.pacing import Pace
from oa_desktop.engine.requests import FinishReason, RequestEnd, Sampling, TextDelta
from oa_desktop.engine.scheduler import Scheduler
from tests.unit.engine.scheduling import ends, request, run, said, text, words


def test_a_reply_is_what_the_model_says(scheduler: Scheduler, backend: FakeBackend):
    events = run(scheduler, request("a", max_tokens=20, sampling=Sampling(seed=5)))
    assert text(events, "a") == said(
        backend, expected_tokens(words(10), seed=5, max_tokens=20, ignore_eos=True)
    )
    assert events[-1] == RequestEnd("a", prompt_tokens=10, reused_tokens=0, completion_tokens=20)


@pytest.mark.parametrize("n", [1, 2, 4, 16])
def test_many_replies_cost_one_prompt(scheduler: Scheduler, backend: FakeBackend, n: int):
    events = run(scheduler, request("a", words(50), n=n, max_tokens=5))
    assert backend.decoded_tokens == 50 + n * 4
    assert len({text(events, "a", i) for i in range(n)}) == n


def test_reply_i_samples_with_the_seed_plus_i(scheduler: Scheduler, backend: FakeBackend):
    events = run(scheduler, request("a", n=3, sampling=Sampling(seed=7)))
    alone = [run(scheduler, request(f"b{i}", sampling=Sampling(seed=7 + i))) for i in range(3)]
    assert [text(events, "a", i) for i in range(3)] == [text(one, f"b{i}") for i, one in enumerate(alone)]


def test_the_largest_seed_never_asks_for_a_random_one(scheduler: Scheduler, backend: FakeBackend):
    seeds: list[int] = []
    make = backend.make_sampler
    backend.make_sampler = lambda sampling, seed, prompt: seeds.append(seed) or make(sampling, seed, prompt)  # type: ignore[method-assign]
    run(scheduler, request("a", n=3, sampling=Sampling(seed=2**32 - 2)))
    assert seeds == [2**32 - 2, 0, 1]


def test_a_long_prompt_never_stalls_a_streaming_reply(scheduler: Scheduler, backend: FakeBackend):
    scheduler.step_tokens = 8
    scheduler.submit(request("talker", max_tokens=40))
    while not any(isinstance(e, TextDelta) for e in scheduler.step()):
        pass
    scheduler.submit(request("reader", words(100, first=3), max_tokens=2))
    before, steps = backend.decoded_tokens, 0
    while not any(e.request_id == "reader" for e in scheduler.step()):
        steps += 1
        assert backend.decoded_tokens - before <= 8
        before = backend.decoded_tokens
    assert steps == 100 // 7


def test_prompts_progress_even_when_replies_fill_the_step(backend: FakeBackend):
    scheduler = Scheduler(backend, step_tokens=2)
    events = run(scheduler, request("a", n=8, max_tokens=30), request("b", words(20, first=4), max_tokens=3))
    names = [e.request_id for e in events if isinstance(e, RequestEnd)]
    assert names == ["b", "a"]


def test_a_short_prompt_does_not_wait_for_a_long_one(scheduler: Scheduler):
    scheduler.step_tokens = 16
    scheduler.submit(request("long", words(200), max_tokens=2))
    scheduler.step()
    scheduler.submit(request("short", words(20, first=4), max_tokens=2))
    steps, spoke = 0, set[str]()
    while "short" not in spoke:
        steps += 1
        spoke |= {e.request_id for e in scheduler.step()}
    assert steps <= 6
    assert "long" not in spoke


def test_what_a_short_prompt_leaves_of_a_step_goes_to_the_long_one(scheduler: Scheduler):
    scheduler.step_tokens = 16
    run(
        scheduler, request("long", words(58), max_tokens=1), request("short", words(6, first=4), max_tokens=1)
    )
    assert scheduler.tally.counts().prompt_steps.steps == 4


def test_a_pace_holds_prompts_back_while_replies_wait(backend: FakeBackend):
    class Two(Pace):
        def prompt_tokens(self, replies: int, most: int) -> int:
            return 2 if replies else most

    scheduler = Scheduler(backend, step_tokens=64, pace=Two())
    scheduler.submit(request("talker", max_tokens=100))
    scheduler.step()
    scheduler.submit(request("reader", words(20, first=3), max_tokens=2))
    steps = 0
    while not any(e.request_id == "reader" for e in scheduler.step()):
        steps += 1
    assert steps == 20 // 2 - 1


def test_two_requests_with_one_prompt_read_it_once(scheduler: Scheduler, backend: FakeBackend):
    scheduler.step_tokens = 16
    requests = [request(name, words(60), sampling=Sampling(seed=i)) for i, name in enumerate("abcd")]
    events = run(scheduler, *requests)
    assert backend.decoded_tokens == 60 + 3 + 4 * 7
    reused = {e.request_id: e.reused_tokens for e in events if isinstance(e, RequestEnd)}
    assert reused == {"a": 0, "b": 59, "c": 59, "d": 59}


def test_hopping_to_a_sibling_branch_reads_only_what_differs(scheduler: Scheduler, backend: FakeBackend):
    trunk = words(40)
    run(scheduler, request("left", (*trunk, *words(5, first=1))))
    before = backend.decoded_tokens
    events = run(scheduler, request("right", (*trunk, *words(5, first=2)), max_tokens=1))
    assert events[-1] == RequestEnd("right", 45, reused_tokens=40, completion_tokens=1)
    assert backend.decoded_tokens - before == 5


def test_the_next_turn_goes_on_from_the_kept_reply(scheduler: Scheduler, backend: FakeBackend):
    run(scheduler, request("a", max_tokens=12, sampling=Sampling(seed=3)))
    reply = expected_tokens(words(10), seed=3, max_tokens=12, ignore_eos=True)
    events = run(scheduler, request("b", (*words(10), *reply, EOS, *words(5))))
    end = events[-1]
    assert isinstance(end, RequestEnd)
    assert end.reused_tokens == 10 + 11, "the last token was sampled, never decoded"


def test_a_memory_that_cannot_be_cut_answers_a_prompt_again_without_reading_it():
    backend = FakeBackend(can_rewind=False)
    scheduler = Scheduler(backend)
    events = run(scheduler, request("a", words(50), n=3))
    before = backend.decoded_tokens
    again = run(scheduler, request("b", words(50), n=3))
    assert again[-1] == RequestEnd("b", 50, reused_tokens=49, completion_tokens=24)
    assert backend.decoded_tokens - before == 1 + 3 * 7
    assert [text(again, "b", i) for i in range(3)] == [text(events, "a", i) for i in range(3)]


def test_replies_share_the_cells_when_not_all_can_have_their_most():
    backend = FakeBackend(n_ctx=100, cells=100, max_sequences=16)
    events = run(Scheduler(backend), request("a", words(20), n=4, max_tokens=80))
    ended = ends(events, "a")
    assert [end.reason for end in ended] == [FinishReason.LENGTH] * 4
    assert sum(end.completion_tokens for end in ended) == 80 + 4
    assert backend.used_cells == 100


def test_a_request_waits_until_its_cells_can_be_had_and_none_overtakes_it():
    backend = FakeBackend(n_ctx=100, cells=100, max_sequences=16)
    scheduler = Scheduler(backend)
    big = request("big", words(60, first=1), max_tokens=30)
    small = request("small", words(4, first=2), max_tokens=4)
    scheduler.submit(request("first", words(10), max_tokens=30))
    scheduler.step()
    scheduler.submit(big)
    scheduler.submit(small)
    scheduler.step()
    assert (scheduler.running, scheduler.queued) == (1, 2)
    events = run(scheduler)
    first_end = next(i for i, e in enumerate(events) if isinstance(e, RequestEnd) and e.request_id == "first")
    assert {e.request_id for e in events[:first_end]} == {"first"}, (
        "small would fit, but big was there before"
    )
    assert len([e for e in events if isinstance(e, RequestEnd)]) == 3


def test_a_reply_that_ended_gives_its_sequence_to_the_next_request():
    backend = FakeBackend(max_sequences=4, end_odds=12)
    scheduler = Scheduler(backend)
    four = request("four", n=4, max_tokens=400, sampling=Sampling(seed=9), ignore_eos=False)
    events = run(scheduler, four, request("one", words(5, first=3), max_tokens=1))
    before = events[: events.index(RequestEnd("one", 5, 0, 1))]
    lengths = {end.index: end.completion_tokens for end in ends(events, "four")}
    assert len(set(lengths.values())) > 2
    assert max(lengths, key=lengths.__getitem__) not in {end.index for end in ends(before, "four")}


def test_kept_branches_make_room_for_a_new_request():
    backend = FakeBackend(n_ctx=100, cells=120, max_sequences=16)
    scheduler = Scheduler(backend)
    for first in range(5):
        run(scheduler, request(str(first), words(40, first), max_tokens=20))
    assert scheduler.tree.free < 60
    events = run(scheduler, request("last", words(80, first=9), max_tokens=20))
    assert ends(events, "last")[0].completion_tokens == 20
