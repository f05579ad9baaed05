"""Rows of the thread for a path through a tree."""

import pytest

from oa_desktop.ui.chat.thread_rows import edited_text, thread_rows
from tests.ui.trees import tree_of

TREE = tree_of("p -", "a p", "b p", "c p", "q b", "r b", "x r", "y r")


def shown(leaf: str, *expanded: str) -> list[str]:
    return [row.key for row in thread_rows(TREE, leaf, expanded)]


def test_the_last_level_is_cards_when_it_has_several_replies():
    assert shown("a") == ["prompt p", "cards p"]


def test_a_level_above_is_the_reply_of_the_path():
    assert shown("x") == ["prompt p", "reply b", "prompt r", "cards r"]


def test_a_level_above_becomes_cards_when_asked_for():
    assert shown("x", "p") == ["prompt p", "cards p", "prompt r", "cards r"]


def test_a_prompt_without_replies_ends_the_thread():
    assert shown("q") == ["prompt p", "reply b", "prompt q"]


def test_siblings_are_counted_from_one():
    rows = thread_rows(TREE, "x", ())
    assert [(row.position, row.count) for row in rows] == [(1, 1), (2, 3), (2, 2), (1, 2)]


def test_cards_know_every_reply_of_their_level():
    assert thread_rows(TREE, "c", ())[-1].replies == ("a", "b", "c")


@pytest.mark.parametrize(
    ("count", "text"), [(1, ""), (2, "edited once"), (3, "edited twice"), (9, "edited 8 times")]
)
def test_edits_are_counted_in_words(count, text):
    assert edited_text(count) == text
