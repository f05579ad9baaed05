"""How replies and requests end: stopped, cut off, refused, cancelled, failed, and in which words."""

import pytest

from oa_desktop.engine.backend import DecodeError
from oa_desktop.engine.fake import FakeBackend, expected_tokens
from oa_desktop.engine.requests import FinishReason, ReplyEnd, RequestEnd, RequestFailure, TextDelta
from oa_desktop.engine.scheduler import Scheduler
from tests.unit.engine.scheduling import ends, request, run, said, text, words


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
