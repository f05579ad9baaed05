"""The message tree: derived children, paths and branches, and the shapes that are refused."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.conversation.message import Message, MessageId, Role, TreeId
from oa_desktop.conversation.tree import MessageTree, TreeError


def message(name: str, parent: str | None, seq: int, *, deleted: bool = False) -> Message:
    role = Role.PROMPTER if parent is None else Role.ASSISTANT
    return Message(
        MessageId(name),
        TreeId("a"),
        MessageId(parent) if parent else None,
        role,
        name,
        seq,
        deleted=deleted,
    )


def ids(messages: object) -> str:
    return "".join(m.id for m in messages)  # type: ignore[attr-defined]


@pytest.fixture
def tree() -> MessageTree:
    """a -> b, c; b -> d; c -> e (deleted), f"""
    return MessageTree(
        [
            message("a", None, 1),
            message("b", "a", 2),
            message("c", "a", 3),
            message("d", "b", 4),
            message("e", "c", 5, deleted=True),
            message("f", "c", 6),
        ]
    )


def test_siblings_are_in_order_of_insertion_whatever_order_they_are_given_in(tree: MessageTree) -> None:
    shuffled = list(tree.messages.values())
    random.Random(1).shuffle(shuffled)
    assert ids(MessageTree(shuffled).siblings(MessageId("b"))) == "bc"


def test_path_leads_from_the_root_to_the_message(tree: MessageTree) -> None:
    assert ids(tree.path(MessageId("f"))) == "acf"


def test_deleted_messages_are_left_out_unless_asked_for(tree: MessageTree) -> None:
    assert ids(tree.children(MessageId("c"))) == "f"
    assert ids(tree.children(MessageId("c"), deleted=True)) == "ef"


def test_newest_leaf_follows_the_newest_replies(tree: MessageTree) -> None:
    assert tree.newest_leaf(MessageId("a")).id == "f"
    assert tree.newest_leaf(MessageId("b")).id == "d"


def test_branches_are_counted_by_their_leaves(tree: MessageTree) -> None:
    assert tree.branch_count() == 2


def test_walk_visits_parents_before_replies_depth_first(tree: MessageTree) -> None:
    assert ids(tree.walk()) == "abdcef"
    assert tree.subtree_size(MessageId("c")) == 3


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([], "found 0"),
        ([message("a", None, 1), message("b", None, 2)], "found 2"),
        ([message("a", None, 1), message("b", "x", 2)], "answers x"),
        ([message("a", None, 1), message("a", None, 2)], "twice"),
        ([message("a", None, 1), message("b", "c", 2), message("c", "b", 3)], "cycle"),
    ],
)
def test_messages_that_form_no_tree_are_refused_with_the_reason(messages: list[Message], reason: str) -> None:
    with pytest.raises(TreeError, match=reason):
        MessageTree(messages)


def test_a_chain_of_ten_thousand_needs_no_recursion() -> None:
    chain = [message("0", None, 0)] + [message(str(i), str(i - 1), i) for i in range(1, 10_000)]
    tree = MessageTree(chain)
    assert len(tree.path(MessageId("9999"))) == 10_000
    assert tree.newest_leaf(tree.root.id).id == "9999"
    assert max(tree.depths().values()) == 9_999


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=60))
def test_every_message_is_walked_once_and_its_path_ends_at_it(choices: list[int]) -> None:
    messages = [message("m0", None, 0)]
    messages += [message(f"m{i}", f"m{choice % i}", i) for i, choice in enumerate(choices, start=1)]
    tree = MessageTree(messages)
    walked = [m.id for m in tree.walk()]
    assert sorted(walked) == sorted(m.id for m in messages)
    for m in messages:
        path = tree.path(m.id)
        assert path[0] is tree.root
        assert path[-1] is tree[m.id]
        assert all(child.parent_id == parent.id for parent, child in pairwise(path))
