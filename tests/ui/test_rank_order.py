"""Ranking by hand: moving, tying and untying replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.conversation.message import MessageId
from oa_desktop.ui.chat.rank_order import RankOrder

A, B, C, D = (MessageId(name) for name in "abcd")


def order(*groups: str) -> RankOrder:
    return RankOrder.from_groups([[MessageId(name) for name in group] for group in groups])


def text(value: RankOrder) -> str:
    return " ".join("".join(group) for group in value.groups)


@pytest.mark.parametrize(
    ("before", "moved", "position", "after"),
    [
        ("a b c d", A, 2, "b c a d"),
        ("a b c d", D, 0, "d a b c"),
        ("a b c d", B, 99, "a c d b"),
        ("a b c d", B, -5, "b a c d"),
        ("a bc d", B, 0, "b a c d"),
        ("a bc d", A, 1, "bac d"),
        ("ab c d", A, 3, "b c d a"),
    ],
)
def test_a_moved_reply_stands_where_it_was_dropped(before, moved, position, after):
    assert text(order(*before.split()).moved(moved, position)) == after


def test_a_reply_dropped_inside_a_tie_joins_it():
    assert text(order("a", "bcd").moved(A, 1)) == "bacd"


def test_stepping_up_from_the_top_changes_nothing():
    assert order("a", "b").stepped(A, -1) == order("a", "b")


def test_a_tie_shares_the_place_and_can_be_undone():
    tied = order("a", "b", "c").tie_toggled(B)
    assert tied.ranks == {A: 1, B: 1, C: 2}
    assert tied.tie_toggled(B) == order("a", "b", "c")


def test_the_first_reply_has_nothing_to_tie_with():
    assert order("a", "b").tie_toggled(A) == order("a", "b")


def test_a_new_reply_stands_last_and_a_vanished_one_leaves_no_gap():
    assert text(order("ab", "c").restricted([B, C, D])) == "b c d"


@given(
    st.permutations("abcdef"),
    st.sets(st.sampled_from("abcdef")),
    st.sampled_from("abcdef"),
    st.integers(-3, 9),
)
def test_no_move_loses_or_doubles_a_reply(names, tied, moved, position):
    start = RankOrder(tuple(map(MessageId, names)), frozenset(map(MessageId, tied - {names[0]})))
    result = start.moved(MessageId(moved), position)
    assert sorted(result.order) == sorted(start.order)
    assert result.order[0] not in result.tied
    assert RankOrder.from_groups(result.groups) == result
