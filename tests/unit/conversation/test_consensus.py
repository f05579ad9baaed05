"""Ranked pairs: the worked example, and the rules that settle ties and cycles."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.conversation.consensus import consensus_order, consensus_ranks
from oa_desktop.conversation.feedback import Ranking
from oa_desktop.conversation.message import MessageId

START = datetime(2026, 1, 1, tzinfo=UTC)


def ballots(*texts: str) -> list[list[tuple[MessageId, ...]]]:
    """ "a bc" is a before b and c, which tie."""
    return [[tuple(MessageId(c) for c in group) for group in text.split()] for text in texts]


def order(*texts: str) -> str:
    return "".join(consensus_order(ballots(*texts)))


def ranking(annotator: str, text: str, minutes: int = 0, *, not_rankable: bool = False) -> Ranking:
    groups = tuple(ballots(text)[0])
    return Ranking(MessageId("p"), annotator, START + timedelta(minutes=minutes), groups, not_rankable)


def test_the_worked_example_of_the_backend() -> None:
    votes = ["w x z y"] * 3 + ["w y x z"] * 2 + ["x y z w"] * 4 + ["x z w y"] * 5 + ["y w x z"]
    assert order(*votes) == "xzwy"


def test_one_ranking_is_returned_unchanged() -> None:
    assert order("c a b") == "cab"


def test_a_full_tie_goes_to_the_smaller_id() -> None:
    assert order("a b", "b a") == "ab"


def test_a_cycle_of_equal_margins_starts_at_the_smallest_id() -> None:
    assert order("a b c", "b c a", "c a b") == "abc"


def test_ties_within_a_ranking_add_no_vote() -> None:
    assert order("ab c", "b a c") == "bac"


def test_only_replies_that_every_ranking_holds_are_merged() -> None:
    assert order("a b c", "c a") == "ac"
    assert order("a", "a b") == ""
    assert order() == ""


def test_the_last_ranking_of_an_annotator_counts_even_when_the_clock_went_back() -> None:
    ranks = consensus_ranks([ranking("me", "a b", minutes=5), ranking("me", "b a", minutes=1)])
    assert ranks == {"b": 0, "a": 1}


def test_none_acceptable_ranks_nothing() -> None:
    assert consensus_ranks([ranking("me", "a b", not_rankable=True)]) == {}
    assert consensus_ranks([ranking("me", "a b", not_rankable=True), ranking("you", "b a")]) == {
        "b": 0,
        "a": 1,
    }


def beats(profile: Sequence[str], winner: str, loser: str) -> int:
    return sum(1 if vote.index(winner) < vote.index(loser) else -1 for vote in profile)


@given(st.lists(st.sampled_from(["".join(p) for p in permutations("abcd")]), min_size=1, max_size=9))
def test_a_condorcet_winner_is_first_and_a_unanimous_profile_unchanged(profile: list[str]) -> None:
    merged = order(*(" ".join(vote) for vote in profile))
    assert sorted(merged) == list("abcd")
    for candidate in "abcd":
        if all(beats(profile, candidate, other) > 0 for other in "abcd" if other != candidate):
            assert merged[0] == candidate
    if len(set(profile)) == 1:
        assert merged == profile[0]


@pytest.mark.parametrize("copies", [1, 2, 7])
def test_repeating_every_vote_changes_nothing(copies: int) -> None:
    votes = ["a c b", "b a c", "b c a"]
    assert order(*votes * copies) == order(*votes)
