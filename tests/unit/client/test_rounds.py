"""Servers that give fewer replies at once than they are asked for."""

import pytest

from oa_desktop.client.errors import RequestRefused
from oa_desktop.client.events import INTERRUPTED, ChoiceDelta, ChoiceEnd, Usage
from oa_desktop.client.rounds import in_rounds

REFUSALS = [
    RequestRefused("n must be 1", "n"),
    RequestRefused("Only one completion choice is allowed", None),
    RequestRefused("multiple choices are not supported", None),
]


def server(gives: int, refusal: RequestRefused | None = None, *, reason: str | None = "stop"):
    """Answers at most `gives` replies per request; (its ask function, the requests it got)."""
    requests: list[tuple[int, ...]] = []

    async def ask_for(replies):
        requests.append(replies)
        if refusal is not None and len(replies) > gives:
            raise refusal
        for index in range(min(gives, len(replies))):
            yield ChoiceDelta(index, f"reply {replies[index]}")
            if reason:
                yield ChoiceEnd(index, reason)
        yield Usage(10, min(gives, len(replies)))

    return ask_for, requests


async def events_of(ask_for, n: int, at_once: int = 1) -> list:
    return [event async for event in in_rounds(ask_for, n, at_once=at_once)]


def texts(events: list) -> dict[int, str]:
    return {event.index: event.text for event in events if isinstance(event, ChoiceDelta)}


@pytest.mark.parametrize("gives", [1, 2, 3, 8])
async def test_all_replies_come_however_few_at_once(gives):
    ask_for, requests = server(gives)
    events = await events_of(ask_for, 4)
    assert texts(events) == {index: f"reply {index}" for index in range(4)}
    assert sorted(event.index for event in events if isinstance(event, ChoiceEnd)) == [0, 1, 2, 3]
    assert events[-1] == Usage(10, 4)
    assert len(requests) == -(-4 // gives)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: error.title)
async def test_a_server_that_refuses_several_is_asked_one_by_one(refusal):
    ask_for, requests = server(1, refusal)
    assert texts(await events_of(ask_for, 3)) == {index: f"reply {index}" for index in range(3)}
    assert requests == [(0, 1, 2), (0,), (1,), (2,)]


async def test_another_refusal_is_raised():
    ask_for, requests = server(1, RequestRefused("temperature must be positive", "temperature"))
    with pytest.raises(RequestRefused):
        await events_of(ask_for, 3)
    assert len(requests) == 1


async def test_a_server_known_to_give_several_means_its_refusal():
    ask_for, _ = server(4, RequestRefused("n must be a whole number from 1 to 4", "n"))
    with pytest.raises(RequestRefused):
        await events_of(ask_for, 5, at_once=4)


async def test_a_reply_without_a_reason_was_interrupted():
    ask_for, _ = server(2, reason=None)
    events = await events_of(ask_for, 2)
    assert [event for event in events if isinstance(event, ChoiceEnd)] == [
        ChoiceEnd(0, INTERRUPTED),
        ChoiceEnd(1, INTERRUPTED),
    ]


async def test_a_server_that_says_nothing_at_all_is_not_asked_for_ever():
    async def silent(_replies):
        return
        yield

    assert await events_of(silent, 3) == [ChoiceEnd(index, INTERRUPTED) for index in range(3)]


async def test_trouble_in_a_later_round_is_raised():
    async def fails_later(replies):
        if replies[0] > 0:
            raise RequestRefused("no more", None)
        yield ChoiceDelta(0, "first")
        yield ChoiceEnd(0, "stop")

    seen = []
    stream = in_rounds(fails_later, 2, at_once=1)
    with pytest.raises(RequestRefused):
        seen += [event async for event in stream]
