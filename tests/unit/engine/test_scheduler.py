"""What a step does: who shares, who waits, who ends, and in which words."""

from collections.abc import Sequence

import pytest

from oa_desktop.engine.backend import DecodeError
from oa_desktop.engine.fake import EOS, FakeBackend, expected_tokens
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

WORDS = FakeBackend().vocabulary.tokenize(
    " the a tree reply branch open assistant model answers every question"
)


def words(count: int, first: int = 0) -> tuple[int, ...]:
    """A prompt of so many tokens; another `first`, another prompt from its first token on."""
    return tuple(WORDS[(first + i) % len(WORDS)] for i in range(count))


def request(name: str, prompt: Sequence[int] = words(10), **fields: object) -> GenerationRequest:
    return GenerationRequest(name, tuple(prompt), **{"max_tokens": 8, "ignore_eos": True, **fields})


def run(scheduler: Scheduler, *requests: GenerationRequest, steps: int = 500) -> list[Event]:
    for one in requests:
        scheduler.submit(one)
    events: list[Event] = []
    for _ in range(steps):
        events += scheduler.step()
        scheduler.tree.check_integrity()
        if not scheduler.has_work:
            return events
    return events


def text(events: Sequence[Event], name: str, index: int = 0) -> str:
    return "".join(
        e.text for e in events if isinstance(e, TextDelta) and (e.request_id, e.index) == (name, index)
    )


def ends(events: Sequence[Event], name: str) -> list[ReplyEnd]:
    return [e for e in events if isinstance(e, ReplyEnd) and e.request_id == name]


def said(backend: FakeBackend, tokens: Sequence[int]) -> str:
    return b"".join(backend.vocabulary.piece(token) for token in tokens).decode(errors="replace")


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(n_ctx=256, cells=1024, max_sequences=16)


@pytest.fixture
def scheduler(backend: FakeBackend) -> Scheduler:
    return Scheduler(backend, step_tokens=64)


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


def test_an_end_token_ends_a_reply_and_is_no_text(scheduler: Scheduler, backend: FakeBackend):
    backend.end_odds = 4
    events = run(scheduler, request("a", max_tokens=100, ignore_eos=False))
    expected = expected_tokens(words(10), seed=0, max_tokens=100, end_odds=4)
    assert len(expected) < 100
    assert text(events, "a") == said(backend, expected)
    assert ends(events, "a") == [ReplyEnd("a", 0, FinishReason.STOP, len(expected))]


def test_an_ignored_end_token_has_no_text_either(scheduler: Scheduler, backend: FakeBackend):
    backend.end_odds = 4
    events = run(scheduler, request("a", max_tokens=50))
    assert ends(events, "a") == [ReplyEnd("a", 0, FinishReason.LENGTH, 50)]
    assert "<eos>" not in text(events, "a")


def test_a_stop_id_ends_a_reply_even_when_end_tokens_are_ignored(scheduler: Scheduler, backend: FakeBackend):
    tokens = expected_tokens(words(10), seed=0, max_tokens=20, ignore_eos=True)
    events = run(scheduler, request("a", max_tokens=20, stop_ids=frozenset({tokens[6]})))
    first = tokens.index(tokens[6])
    assert text(events, "a") == said(backend, tokens[:first])
    assert ends(events, "a") == [ReplyEnd("a", 0, FinishReason.STOP, first)]


def test_a_stop_string_across_tokens_ends_a_reply_before_it(scheduler: Scheduler, backend: FakeBackend):
    full = said(backend, expected_tokens(words(10), seed=0, max_tokens=20, ignore_eos=True))
    stop = full[12:19]
    events = run(scheduler, request("a", max_tokens=20, stop=(stop,)))
    assert text(events, "a") == full[: full.index(stop)]
    assert ends(events, "a")[0].reason is FinishReason.STOP


def test_deltas_are_whole_characters_and_count_their_tokens(scheduler: Scheduler, backend: FakeBackend):
    events = run(scheduler, request("a", n=8, max_tokens=60))
    deltas = [e for e in events if isinstance(e, TextDelta)]
    assert any(delta.token_count == 4 for delta in deltas), "🙂 is four tokens"
    assert all(delta.text for delta in deltas)
    cut_off = [delta for delta in deltas if "\ufffd" in delta.text]
    assert len(cut_off) <= 8, "only where a reply ends inside a character"


def test_e13_a_prompt_as_long_as_the_context_is_refused_with_both_numbers(scheduler: Scheduler):
    for length in (256, 300):
        (failure,) = run(scheduler, request("a", words(length)))
        assert isinstance(failure, RequestFailure)
        assert failure.code == "prompt-too-long"
        assert str(length) in failure.message
        assert "256" in failure.message


def test_e13_a_reply_that_reaches_the_end_of_the_context_ends_by_length(scheduler: Scheduler):
    events = run(scheduler, request("a", words(250), max_tokens=100))
    assert ends(events, "a") == [ReplyEnd("a", 0, FinishReason.LENGTH, 6)]
    events = run(scheduler, request("b", words(255), max_tokens=100))
    assert ends(events, "b") == [ReplyEnd("b", 0, FinishReason.LENGTH, 1)]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"prompt": ()}, "empty-prompt"),
        ({"max_tokens": 0}, "bad-request"),
        ({"n": 0}, "bad-request"),
        ({"n": 17}, "too-many-replies"),
    ],
)
def test_e14_e21_what_can_never_run_is_refused_at_once(
    scheduler: Scheduler, fields: dict[str, object], code: str
):
    (failure,) = run(scheduler, request("a", **fields))
    assert isinstance(failure, RequestFailure)
    assert failure.code == code


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


def test_e15_cancelling_frees_everything_within_one_step(scheduler: Scheduler, backend: FakeBackend):
    scheduler.submit(request("a", n=4, max_tokens=200))
    for _ in range(5):
        scheduler.step()
    assert len(scheduler.tree.live) == 4
    scheduler.cancel("a")
    assert scheduler.tree.live == frozenset()
    assert scheduler.tree.live_cells == 0
    assert backend.open_samplers == 0
    events = scheduler.step()
    assert [e.reason for e in ends(events, "a")] == [FinishReason.CANCELLED] * 4
    assert isinstance(events[-1], RequestEnd)
    assert not scheduler.has_work


def test_e15_cancelling_while_the_prompt_is_read_keeps_what_was_read(scheduler: Scheduler):
    scheduler.step_tokens = 10
    scheduler.submit(request("a", words(100), n=2))
    scheduler.step()
    scheduler.cancel("a")
    scheduler.cancel("a")
    events = run(scheduler)
    assert [type(e) for e in events] == [ReplyEnd, ReplyEnd, RequestEnd]
    again = run(scheduler, request("a", words(100)))
    end = again[-1]
    assert isinstance(end, RequestEnd)
    assert end.reused_tokens == 10


def test_cancelling_a_waiting_request_ends_it_once(scheduler: Scheduler):
    scheduler.submit(request("a", n=2))
    scheduler.cancel("a")
    scheduler.cancel("nobody")
    events = run(scheduler)
    assert events == [
        ReplyEnd("a", 0, FinishReason.CANCELLED, 0),
        ReplyEnd("a", 1, FinishReason.CANCELLED, 0),
        RequestEnd("a", 10, 0, 0),
    ]


def test_e20_a_full_queue_is_busy(backend: FakeBackend):
    scheduler = Scheduler(backend, max_queue=2)
    for name in "abc":
        scheduler.submit(request(name))
    failures = [e for e in run(scheduler) if isinstance(e, RequestFailure)]
    assert [(e.request_id, e.code) for e in failures] == [("c", "busy")]


def test_a_failed_decode_ends_the_offending_request_only(scheduler: Scheduler, backend: FakeBackend):
    poison = backend.vocabulary.tokenize("☠")[0]
    backend.poison = frozenset({poison})
    bad = request("bad", (*words(8, first=5), poison))
    events = run(scheduler, request("a"), bad, request("b", words(20, first=2), n=3))
    failures = [e for e in events if isinstance(e, RequestFailure)]
    assert [(e.request_id, e.code) for e in failures] == [("bad", "decode-failed")]
    assert ends(events, "a")[0].completion_tokens == 8
    assert len(ends(events, "b")) == 3
    assert backend.open_samplers == 0
    assert scheduler.tree.live == frozenset()


def test_a_decode_that_fails_for_all_fails_nobody_who_can_run_alone(
    scheduler: Scheduler, backend: FakeBackend
):
    backend.failures.append(DecodeError("out-of-cells", "as planned"))
    events = run(scheduler, request("a"), request("b", words(9, first=3)))
    assert {e.request_id for e in events if isinstance(e, RequestEnd)} == {"a", "b"}


def test_a_request_whose_only_decode_fails_says_why(scheduler: Scheduler, backend: FakeBackend):
    backend.failures.append(DecodeError("decode-failed", "as planned"))
    assert run(scheduler, request("a")) == [RequestFailure("a", "decode-failed", "as planned")]
    assert isinstance(run(scheduler, request("a"))[-1], RequestEnd)


def test_closing_ends_everything(scheduler: Scheduler, backend: FakeBackend):
    scheduler.submit(request("running", max_tokens=100))
    scheduler.step()
    scheduler.submit(request("waiting"))
    events = scheduler.close()
    assert {e.request_id for e in events if isinstance(e, RequestEnd)} == {"running", "waiting"}
    assert backend.open_samplers == 0
