"""Which bytes are there and who fetches the rest: nothing is lost, nothing is counted twice."""

import threading
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.hub.download.ranges import Ranges, merged

INTERVALS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12)


def bytes_of(intervals: list[tuple[int, int]]) -> set[int]:
    return {byte for start, end in intervals for byte in range(start, end)}


@given(INTERVALS)
def test_merged_intervals_are_the_same_bytes_apart_and_in_order(intervals: list[tuple[int, int]]) -> None:
    result = merged(intervals)
    assert bytes_of(list(result)) == bytes_of(intervals)
    assert all(before[1] < after[0] for before, after in pairwise(result))


@given(INTERVALS, st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.booleans()), max_size=40))
def test_whatever_the_connections_do_every_byte_is_fetched_once(
    done: list[tuple[int, int]], moves: list[tuple[int, int, bool]]
) -> None:
    ranges = Ranges(50, done)
    there = {byte for byte in bytes_of(done) if byte < 50}
    fetched: list[int] = []
    claims = []
    for who, count, gives_up in moves:
        while len(claims) <= who and (claim := ranges.claim(least_bytes=2)):
            claims.append(claim)
        if who >= len(claims):
            continue
        claim = claims[who]
        wanted = ranges.wanted(claim, count)
        fetched += range(claim.position, claim.position + wanted)
        ranges.advance(claim, wanted)
        if gives_up or not ranges.wanted(claim, 1):
            ranges.release(claims.pop(who))
        assert ranges.done_bytes() == len(there) + len(fetched)
    for claim in claims:
        ranges.release(claim)
    while claim := ranges.claim():
        wanted = ranges.wanted(claim, 1000)
        fetched += range(claim.position, claim.position + wanted)
        ranges.advance(claim, wanted)
        ranges.release(claim)
    assert sorted(fetched) == sorted(set(range(50)) - there)
    assert ranges.is_whole()
    assert ranges.done() == ((0, 50),)


def test_a_second_connection_takes_the_later_half() -> None:
    ranges = Ranges(100)
    first = ranges.claim()
    assert first is not None
    ranges.advance(first, 20)
    assert ranges.claim() is None, "unless it may take from another, there is nothing to do"
    assert ranges.claim(least_bytes=41) is None, "the halves would be too short"
    second = ranges.claim(least_bytes=40)
    assert second is not None
    assert (first.end, second.start, second.end) == (60, 60, 100)


def test_a_connection_that_brought_nothing_gives_back_what_it_took() -> None:
    ranges = Ranges(100)
    first, second = ranges.claim(), ranges.claim(least_bytes=10)
    assert first is not None
    assert second is not None
    ranges.release(second)
    assert first.end == 100


def test_the_prefix_is_waited_for_and_the_wait_can_be_given_up() -> None:
    ranges = Ranges(100, [(50, 60)])
    claim = ranges.claim()
    assert claim is not None
    given_up = threading.Event()
    heard: list[int] = []
    follower = threading.Thread(target=lambda: heard.append(ranges.prefix_beyond(0, given_up)))
    follower.start()
    ranges.advance(claim, 50)
    follower.join(10)
    assert heard == [60]
    waiter = threading.Thread(target=lambda: heard.append(ranges.prefix_beyond(60, given_up)))
    waiter.start()
    given_up.set()
    ranges.wake()
    waiter.join(10)
    assert heard == [60, 60]
