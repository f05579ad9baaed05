"""The conversation in the window as a value: adding, moving, where it opens."""

from dataclasses import replace

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import TreeFeedback
from oa_desktop.conversation.message import MessageState
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.chat.open_conversation import OpenConversation, nearest_shown, shown_leaf
from tests.ui.trees import tree_of

TREE = tree_of("p -", "a p", "b p", "q a", "c q", "r b")


def opened(tree=TREE, leaf="c"):
    return OpenConversation(Conversation(tree.id), tree, TreeFeedback(), leaf)


def without(tree, *gone):
    return MessageTree(replace(m, deleted=True) if m.id in gone else m for m in tree.messages.values())


def test_going_through_a_message_ends_at_the_newest_below_it():
    assert opened().through("a").leaf == "c"
    assert opened().through("b").leaf == "r"


def test_siblings_end_at_both_sides():
    assert opened().sibling("a", 1) == "b"
    assert opened().sibling("a", -1) is None
    assert opened().sibling("b", 1) is None


def test_the_last_prompt_is_the_newest_on_the_branch():
    assert opened().last_prompt().id == "q"
    assert opened(leaf="a").last_prompt().id == "p"


def test_a_message_with_the_same_id_takes_the_place_of_the_old_one():
    ended = replace(TREE["c"], text="done", state=MessageState.COMPLETE)
    changed = opened().with_messages([ended])
    assert changed.tree["c"].text == "done"
    assert len(changed.tree) == len(TREE)


def test_a_level_is_streaming_while_one_of_its_replies_is():
    tree = tree_of("p -", "a p", "b p", b={"state": MessageState.STREAMING})
    assert opened(tree, "a").is_streaming("p")
    assert not opened().is_streaming("p")


def test_a_conversation_opens_where_it_was_left_unless_that_is_gone():
    assert shown_leaf(TREE, "a") == "c"
    assert shown_leaf(TREE, None) == "r"
    assert shown_leaf(without(TREE, "b", "r"), "b") == "c"
    assert shown_leaf(TREE, "unknown") == "r"


def test_after_a_deletion_the_nearest_branch_is_shown():
    assert nearest_shown(without(TREE, "q", "c"), "c") == "a"
    assert nearest_shown(without(TREE, "a", "q", "c"), "c") == "r"
