"""Where messages are drawn: tidy, without overlap, in linear time, never recursive."""

import random
from itertools import pairwise

import pytest

from oa_desktop.conversation.message import Message, MessageId, Role, TreeId
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.tree.tree_layout import TreeLayout, lay_out
from tests.steps import lines_run


def tree_of(parents: list[int | None]) -> MessageTree:
    """Message i answers message parents[i]; message 0 is the root."""
    messages = []
    for i, parent in enumerate(parents):
        role = Role.PROMPTER if parent is None else messages[parent].role.other
        parent_id = None if parent is None else MessageId(f"m{parent}")
        messages.append(Message(MessageId(f"m{i}"), TreeId("m0"), parent_id, role, f"text {i}", seq=i))
    return MessageTree(messages)


def x_of(layout: TreeLayout, i: int) -> float:
    return layout.places[MessageId(f"m{i}")].x


def random_parents(count: int, seed: int) -> list[int | None]:
    pick = random.Random(seed)
    return [None, *(pick.randrange(max(0, i - 12), i) for i in range(1, count))]


def test_one_message_stands_at_the_origin():
    layout = lay_out(tree_of([None]))
    assert (x_of(layout, 0), layout.width, layout.depth) == (0.0, 0.0, 0)


def test_a_parent_stands_over_the_middle_of_its_replies():
    layout = lay_out(tree_of([None, 0, 0, 0, 0]))
    assert [x_of(layout, i) for i in range(1, 5)] == [0, 1, 2, 3]
    assert x_of(layout, 0) == 1.5


def test_siblings_stand_oldest_first():
    layout = lay_out(tree_of(random_parents(60, 3)))
    tree = tree_of(random_parents(60, 3))
    for message in tree.walk():
        places = [layout.places[child.id].x for child in tree.children(message.id)]
        assert places == sorted(places)


@pytest.mark.parametrize("seed", range(25))
def test_no_two_messages_of_a_row_are_nearer_than_one_width(seed):
    layout = lay_out(tree_of(random_parents(200, seed)))
    for row in layout.rows:
        for left, right in pairwise(row):
            assert right.x - left.x >= 1 - 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_every_parent_is_centred_over_its_first_and_last_reply(seed):
    tree = tree_of(random_parents(150, seed))
    layout = lay_out(tree)
    for message in tree.walk():
        if replies := tree.children(message.id):
            middle = (layout.places[replies[0].id].x + layout.places[replies[-1].id].x) / 2
            assert layout.places[message.id].x == pytest.approx(middle)


def test_a_deleted_branch_takes_no_room():
    tree = tree_of([None, 0, 0])
    gone = [m if m.id != "m2" else Message(**{**_fields(m), "deleted": True}) for m in tree.messages.values()]
    layout = lay_out(MessageTree(gone))
    assert set(layout.places) == {"m0", "m1"}
    assert layout.width == 0


def _fields(message: Message) -> dict[str, object]:
    return {name: getattr(message, name) for name in Message.__slots__}


def test_a_chain_of_ten_thousand_messages_is_a_straight_line():
    layout = lay_out(tree_of([None, *range(9_999)]))
    assert layout.depth == 9_999
    assert layout.width == 0


@pytest.mark.parametrize(
    "parents",
    [
        lambda count: random_parents(count, 1),
        lambda count: [None, *range(count - 1)],
        lambda count: [None, *[0] * (count - 1)],
    ],
    ids=["random", "chain", "bush"],
)
def test_ten_times_the_messages_take_ten_times_the_work(parents):
    few, many = (tree_of(parents(count)) for count in (500, 5_000))
    assert lines_run(lambda: lay_out(many)) < 12 * lines_run(lambda: lay_out(few))


def test_only_places_in_the_window_are_found():
    layout = lay_out(tree_of([None, *[0] * 2_000]))
    found = layout.inside(left=10, right=14, top=1, bottom=5)
    assert [place.x for place in found] == [10, 11, 12, 13, 14]


def test_lines_of_a_wide_level_are_cut_to_the_window():
    layout = lay_out(tree_of([None, *[0] * 2_000]))
    lines = layout.edges(left=10, right=14, top=0, bottom=5)
    assert [child.x for _, child in lines] == [9, 10, 11, 12, 13, 14, 15]
