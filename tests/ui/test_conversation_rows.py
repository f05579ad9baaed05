"""The lines of the list of conversations."""

from oa_desktop.conversation.conversation import Conversation, ConversationSummary
from oa_desktop.conversation.states import TreeState
from oa_desktop.store.search import SearchHit
from oa_desktop.ui.conversations.conversation_rows import (
    SHOWN_TITLE_CHARACTERS,
    conversation_rows,
    hit_rows,
    one_line,
)


def summary(tree_id, title="Title", *, pinned=False):
    conversation = Conversation(tree_id, title, pinned=pinned, lang="en")
    return ConversationSummary(conversation, 2, 1, False, TreeState.GROWING)


def test_sections_are_named_only_when_something_is_pinned():
    plain = conversation_rows([summary("a"), summary("b")], None, ())
    assert [row.section for row in plain] == ["", ""]
    some = conversation_rows([summary("a", pinned=True), summary("b")], None, ())
    assert [row.section for row in some] == ["Pinned", "Conversations"]


def test_the_open_and_the_answering_conversation_are_marked():
    rows = conversation_rows([summary("a"), summary("b")], "a", {"b"})
    assert [(row.current, row.generating) for row in rows] == [(True, False), (False, True)]


def test_a_hit_in_the_first_prompt_is_not_taken_for_its_conversation():
    rows = conversation_rows([summary("a")], None, ()) + hit_rows(
        [SearchHit("a", "a", "Title", "text", 0, 4)]
    )
    assert len({row.key for row in rows}) == 2


def test_the_line_of_a_hit_begins_shortly_before_the_find():
    snippet = "…s a compound of the words for barley and place."
    start = snippet.index("barley")
    (row,) = hit_rows([SearchHit("a", "a", "Title", snippet, start, start + 6)])
    assert row.subtitle == "…words for barley and place."
    (row,) = hit_rows([SearchHit("a", "a", "Title", "When is barley sown?", 8, 14)])
    assert row.subtitle == "When is barley sown?"
    (row,) = hit_rows([SearchHit("a", "a", "Title", "春" * 30 + "李白", 30, 32)])
    assert row.subtitle == "…" + "春" * 12 + "李白"


def test_titles_are_one_line_of_bounded_length():
    assert one_line("  two\n lines ") == "two lines"
    assert len(one_line("x" * 100_000)) == SHOWN_TITLE_CHARACTERS
    assert conversation_rows([summary("a", "\n")], None, ())[0].title == "Untitled conversation"
