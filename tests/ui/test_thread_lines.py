"""The rows of the thread as QML reads them."""

from datetime import UTC, datetime

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import LOCAL_ANNOTATOR, LabelSet, Ranking, TreeFeedback
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Generation, MessageState
from oa_desktop.ui.chat.open_conversation import OpenConversation
from oa_desktop.ui.chat.reply_row import FeedbackIndex, dots, trouble, value_of_dots
from oa_desktop.ui.chat.thread_lines import CARDS, NEWEST, answers_reply, reply_rows, single_row, thread_lines
from tests.ui.trees import finished, tree_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def opened(*lines, leaf, feedback=None, **fields):
    tree = tree_of(*lines, **fields)
    return OpenConversation(Conversation(tree.id), tree, feedback or TreeFeedback(), leaf, sisters=(tree.id,))


def ranked(*groups, none=False):
    return TreeFeedback(rankings=(Ranking("p", LOCAL_ANNOTATOR, NOW, tuple(map(tuple, groups)), none),))


def index_of(current):
    return FeedbackIndex.of(current.tree, current.feedback)


def test_cards_stand_in_the_order_of_the_persons_ranking():
    current = opened("p -", "a p", "b p", "c p", leaf="a", feedback=ranked("c", "ab"))
    rows = reply_rows(current, "p", index_of(current))
    assert [(row.key, row.number, row.rank, row.tied) for row in rows] == [
        ("c", 3, 1, False),
        ("a", 1, 2, False),
        ("b", 2, 2, True),
    ]
    assert [row.selected for row in rows] == [False, True, False]


def test_when_none_is_acceptable_no_card_has_a_rank():
    current = opened("p -", "a p", "b p", leaf="a", feedback=ranked("ab", none=True))
    assert [row.rank for row in reply_rows(current, "p", index_of(current))] == [0, 0]
    assert thread_lines(current, busy=False)[-1].none_acceptable


def test_cards_stand_still_while_replies_are_written():
    streaming = {"state": MessageState.STREAMING}
    current = opened("p -", "a p", "b p", leaf="a", feedback=ranked("b", "a"), b=streaming)
    assert [row.key for row in reply_rows(current, "p", index_of(current))] == ["a", "b"]
    line = thread_lines(current, busy=True)[-1]
    assert line.streaming
    assert not line.can_rank


def test_a_level_with_one_usable_reply_cannot_be_ranked():
    failed = {"state": MessageState.FAILED, "text": ""}
    current = opened("p -", "a p", "b p", leaf="a", b=failed)
    assert not thread_lines(current, busy=False)[-1].can_rank


def test_a_wide_level_shows_its_first_cards_and_counts_the_rest():
    current = opened("p -", *(f"r{i} p" for i in range(30)), leaf="r0")
    assert len(reply_rows(current, "p", index_of(current))) == CARDS
    assert thread_lines(current, busy=False)[-1].hidden == 30 - CARDS
    assert thread_lines(current, busy=False, shown={"p": 40})[-1].hidden == 0


def test_a_long_branch_shows_its_newest_messages_and_counts_the_rest():
    names = ["p", *(f"m{i}" for i in range(NEWEST + 49))]
    lines = [f"{name} {before}" for name, before in zip(names, ["-", *names], strict=False)]
    rows = thread_lines(opened(*lines, leaf=names[-1]), busy=False)
    assert (rows[0].kind, rows[0].count) == ("earlier", 50)
    assert len(rows) == NEWEST + 1
    assert rows[-1].message_id == names[-1]


def test_an_unanswered_prompt_at_the_end_can_be_answered():
    lines = thread_lines(opened("p -", leaf="p"), busy=False)
    assert lines[-1].unanswered
    assert not thread_lines(opened("p -", leaf="p"), busy=True)[-1].unanswered


def test_the_first_prompt_is_paged_through_its_sister_trees():
    current = opened("p -", leaf="p")
    (line,) = thread_lines(
        OpenConversation(current.conversation, current.tree, current.feedback, "p", sisters=("x", "p", "y")),
        busy=False,
    )
    assert (line.position, line.count, line.edited) == (2, 3, "edited twice")


def test_the_next_prompt_says_which_reply_it_answers():
    assert answers_reply(opened("p -", "a p", "b p", leaf="b")) == 2
    assert answers_reply(opened("p -", "a p", leaf="a")) == 0
    assert answers_reply(opened("p -", leaf="p")) == 0


def test_labels_of_the_person_are_shown_as_dots():
    values = {Label.HELPFULNESS: 0.75, Label.QUALITY: 0.0, Label.SPAM: 0.0}
    feedback = TreeFeedback(label_sets=(LabelSet("a", LOCAL_ANNOTATOR, NOW, values),))
    current = opened("p -", "a p", leaf="a", feedback=feedback, a=finished())
    (row,) = single_row(current, "a", index_of(current))
    assert (row.helpful, row.quality, row.label_count) == (4, 1, 3)
    assert row.status == "31 tok/s"


def dropping(count: int, **more) -> dict[str, object]:
    return {"generation": Generation(dropped_messages=count, **more)}


def test_what_was_left_out_is_said_over_the_reply_and_where_it_stands():
    current = opened("p -", "a p", "q a", "b q", "r b", "c r", leaf="c", c=dropping(2))
    lines = thread_lines(current, busy=False)
    assert [line.kind for line in lines] == [
        "prompt",
        "reply",
        "unread",
        "prompt",
        "reply",
        "prompt",
        "reply",
    ]
    assert lines[2].count == 2
    assert "2 oldest messages" in lines[-1].left_out
    assert not any(line.left_out for line in lines[:-1])


def test_no_line_is_drawn_where_the_messages_above_are_not_shown():
    current = opened("p -", "a p", "q a", "b q", "r b", "c r", leaf="c", c=dropping(2))
    shown = thread_lines(current, busy=False, newest=4)
    assert [line.kind for line in shown] == ["earlier", "prompt", "reply", "prompt", "reply"]
    shown = thread_lines(current, busy=False, newest=5)
    assert [line.kind for line in shown][:3] == ["earlier", "reply", "unread"]


def test_of_several_replies_the_most_that_was_left_out_is_said_once():
    current = opened("p -", "a p", "q a", "b q", "c q", leaf="c", b=dropping(0), c=dropping(2))
    line = thread_lines(current, busy=False)[-1]
    assert line.kind == "cards"
    assert "these answers" in line.left_out


def test_over_cards_it_is_said_once_how_much_of_the_prompt_was_read():
    read = {"generation": Generation(prompt_tokens=300, reused_tokens=240)}
    current = opened("p -", "a p", "b p", leaf="b", a=finished(), b=read)
    assert thread_lines(current, busy=False)[-1].read == "read 60 of 300 tokens"
    current = opened("p -", "a p", "b p", leaf="b", a=read, b=finished())
    assert thread_lines(current, busy=False)[-1].read == ""


def test_a_reply_that_goes_on_from_another_was_not_generated_together_with_it():
    synthetic = {"synthetic": True}
    current = opened("p -", "a p", "b p", leaf="b", a=synthetic, b=synthetic)
    assert "generated together" in thread_lines(current, busy=False)[-1].heading
    current = opened(
        "p -", "a p", "b p", leaf="b", a=synthetic, b={**synthetic, **dropping(0, continues="a")}
    )
    assert "generated together" not in thread_lines(current, busy=False)[-1].heading


def test_a_reply_that_did_not_end_by_itself_offers_to_go_on():
    cut = {"generation": Generation(finish_reason="length")}
    rows = {}
    for name, fields in {
        "whole": finished(),
        "cut": cut,
        "stopped": {"state": MessageState.STOPPED},
        "interrupted": {"state": MessageState.INTERRUPTED},
        "failed": {"state": MessageState.FAILED, "text": ""},
        "writing": {"state": MessageState.STREAMING},
        "blank": {"text": " \n", **cut},
    }.items():
        current = opened("p -", "a p", leaf="a", a=fields)
        (rows[name],) = single_row(current, "a", index_of(current))
    assert {name for name, row in rows.items() if row.unfinished} == {"cut", "stopped", "interrupted"}
    assert {name for name, row in rows.items() if row.can_continue} == {
        "whole",
        "cut",
        "stopped",
        "interrupted",
    }


def test_what_is_measured_so_far_is_shown_of_a_reply_that_is_being_written():
    current = opened("p -", "a p", leaf="a", a={"state": MessageState.STREAMING})
    live = {"a": Generation(completion_tokens=21, first_token_s=1.0, duration_s=3.0)}
    (row,) = single_row(current, "a", index_of(current), live.get)
    assert row.status_medium == "writing · 21 tokens · 10.0 tok/s · first after 1.0 s"


def test_dots_and_values_are_each_other_s_inverse():
    assert [value_of_dots(count) for count in range(6)] == [None, 0.0, 0.25, 0.5, 0.75, 1.0]
    assert [dots(value_of_dots(count)) for count in range(6)] == [0, 1, 2, 3, 4, 5]


def test_only_trouble_the_person_did_not_cause_is_told():
    tree = tree_of(
        "p -", "a p", "b p", "c p", a={"state": MessageState.STOPPED}, b={"state": MessageState.FAILED}
    )
    assert trouble(tree["a"]) == ""
    assert trouble(tree["b"]) == "The engine gave no reply."
    assert trouble(tree["c"]) == ""
