"""The short lines that describe conversations, replies and trees."""

import pytest

from oa_desktop.conversation.conversation import Conversation, ConversationSummary
from oa_desktop.conversation.states import TreeState
from oa_desktop.ui.chat.languages import guessed_language, language_name
from oa_desktop.ui.conversations.summaries import (
    conversation_subtitle,
    counted,
    state_text,
)
from tests.ui.trees import tree_of


@pytest.mark.parametrize(
    ("lang", "branches", "ranked", "state", "text"),
    [
        ("en", 3, True, TreeState.RANKING, "en · 3 branches · ranked"),
        ("zh", 5, False, TreeState.GROWING, "zh · 5 branches"),
        ("en", 2, True, TreeState.READY_FOR_EXPORT, "en · 2 branches · ready"),
        (None, 1, False, TreeState.GROWING, "1 branch"),
    ],
)
def test_a_conversation_is_told_in_one_line(lang, branches, ranked, state, text):
    summary = ConversationSummary(Conversation("t", lang=lang), 9, branches, ranked, state)
    assert conversation_subtitle(summary) == text


def test_large_numbers_are_grouped():
    assert counted(1284, "conversation") == "1,284 conversations"


def test_a_state_says_how_much_is_ranked():
    tree = tree_of("p -", "a p", "b p", "q a", "c q", "d q")
    assert state_text(TreeState.RANKING, tree, frozenset({"p"})) == "ranking · 1 of 2 ranked"
    assert state_text(TreeState.GROWING, tree_of("p -"), frozenset()) == "growing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What is a barn?", "en"),
        ("关于春天的诗", "zh"),
        ("春の詩を書いて", "ja"),
        ("봄에 대한 시", "ko"),
        ("ما هو أصل كلمة", "ar"),
        ("Что такое амбар?", "ru"),
        ("print(1) // 打印一个数字并解释它的意思", "zh"),
        ("12 + 30 = ?", "en"),
        ("", "en"),
    ],
)
def test_the_script_tells_the_language_where_it_can(text, code):
    assert guessed_language(text, "en") == code


def test_a_language_is_named_by_itself():
    assert language_name("zh") == "中文"
    assert language_name("tlh") == "tlh"
