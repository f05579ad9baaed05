"""The label table and the states derived from a tree."""

from dataclasses import replace

import pytest

from oa_desktop.conversation.labels import MANDATORY, SPECS, Label, Widget, checked_values, labels_for
from oa_desktop.conversation.message import Message, MessageId, MessageState, Role, TreeId
from oa_desktop.conversation.states import TreeState, derive_state, rankable_parents
from oa_desktop.conversation.tree import MessageTree


def test_a_reply_is_asked_thirteen_labels_and_a_prompt_eleven() -> None:
    assert len(labels_for(Role.ASSISTANT)) == 13
    prompt_labels = [spec.label for spec in labels_for(Role.PROMPTER)]
    assert len(prompt_labels) == 11
    assert Label.FAILS_TASK not in prompt_labels
    assert Label.HELPFULNESS not in prompt_labels


def test_spam_comes_first_and_is_the_only_mandatory_label() -> None:
    assert labels_for(Role.ASSISTANT)[0].label is Label.SPAM
    assert frozenset({Label.SPAM}) == MANDATORY


@pytest.mark.parametrize("label", [Label.TOXICITY, Label.VIOLENCE])
def test_the_good_end_of_an_inverted_scale_stores_zero(label: Label) -> None:
    assert SPECS[label].stored(1.0) == 0.0
    assert SPECS[label].position(SPECS[label].stored(0.25)) == 0.25


def test_quality_stores_what_is_shown() -> None:
    assert SPECS[Label.QUALITY].stored(0.75) == 0.75
    assert all(spec.low and spec.high for spec in SPECS.values() if spec.widget is Widget.SCALE)


def test_values_out_of_range_or_not_asked_name_the_label() -> None:
    with pytest.raises(ValueError, match="quality must be between 0 and 1"):
        checked_values({Label.QUALITY: 1.5}, Role.ASSISTANT)
    with pytest.raises(ValueError, match="helpfulness is not asked of a prompter"):
        checked_values({Label.HELPFULNESS: 1.0}, Role.PROMPTER)


def reply(name: str, **changes: object) -> Message:
    made = Message(MessageId(name), TreeId("p"), MessageId("p"), Role.ASSISTANT, name, ord(name))
    return replace(made, **changes)


PROMPT = Message(MessageId("p"), TreeId("p"), None, Role.PROMPTER, "p")


def test_a_tree_grows_until_a_prompt_has_two_finished_replies() -> None:
    assert derive_state(MessageTree([PROMPT, reply("a")]), ()) is TreeState.GROWING
    streaming = reply("b", state=MessageState.STREAMING)
    assert derive_state(MessageTree([PROMPT, reply("a"), streaming]), ()) is TreeState.GROWING


def test_a_tree_waits_for_ranking_and_is_then_ready() -> None:
    tree = MessageTree([PROMPT, reply("a"), reply("b")])
    assert rankable_parents(tree) == ("p",)
    assert derive_state(tree, ()) is TreeState.RANKING
    assert derive_state(tree, {"p"}) is TreeState.READY_FOR_EXPORT


def test_rejected_deleted_and_empty_replies_need_no_ranking() -> None:
    spoiled = [reply("b", review_result=False), reply("c", deleted=True), reply("d", text="")]
    assert rankable_parents(MessageTree([PROMPT, reply("a"), *spoiled])) == ()
