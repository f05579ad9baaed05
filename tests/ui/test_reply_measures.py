"""The small print of a reply, in three lengths and as sentences."""

import pytest
from PySide6.QtCore import QLocale

from oa_desktop.conversation.message import Generation, MessageState
from oa_desktop.ui.chat.reply_measures import left_out, reply_measures
from oa_desktop.ui.numbers import number, seconds
from tests.ui.trees import finished, tree_of


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


def measures_of(**fields):
    return reply_measures(tree_of("p -", "a p", a=fields)["a"])


def made(**values) -> dict[str, object]:
    known = {
        "preset": "k50",
        "completion_tokens": 42,
        "first_token_s": 0.4,
        "duration_s": 4.03,
        "prompt_tokens": 1900,
        "reused_tokens": 1840,
    }
    return {"generation": Generation(**{**known, **values}), "model_name": "tour"}


def test_a_reply_says_how_long_it_is_how_fast_it_came_and_what_was_read():
    measures = measures_of(**made())
    assert measures.full == "42 tokens · 11.3 tok/s · first after 0.4 s · read 60 of 1,900 tokens"
    assert measures.medium == "42 tokens · 11.3 tok/s · first after 0.4 s"
    assert measures.short == "11.3 tok/s"
    assert measures.explained == (
        "tour · k50\n"
        "42 tokens written, 11.3 in a second.\n"
        "The first came after 0.4 s.\n"
        "The prompt has 1,900 tokens; 60 were read for this, 1,840 were known from before."
    )


@pytest.mark.parametrize(
    ("fields", "short", "medium"),
    [
        (finished(63, 2.0), "31 tok/s", "63 tokens · 31 tok/s · first after 0.0 s"),
        (finished(9, 2.0), "4.0 tok/s", "9 tokens · 4.0 tok/s · first after 0.0 s"),
        (made(finish_reason="length"), "cut short", "cut short · 42 tokens · 11.3 tok/s · first after 0.4 s"),
        (made(completion_tokens=1), "", "1 token · first after 0.4 s"),
        ({"state": MessageState.STREAMING}, "writing", "writing"),
        (
            {"state": MessageState.STOPPED, **made()},
            "stopped",
            "stopped · 42 tokens · 11.3 tok/s · first after 0.4 s",
        ),
        ({"state": MessageState.INTERRUPTED}, "interrupted", "interrupted"),
        ({"state": MessageState.FAILED}, "failed", "failed"),
        ({}, "", ""),
    ],
)
def test_little_room_is_for_the_speed_or_the_end(fields, short, medium):
    measures = measures_of(**fields)
    assert (measures.short, measures.medium) == (short, medium)


def test_only_what_is_known_is_said():
    assert measures_of().full == measures_of().explained == ""
    unknown = made(prompt_tokens=0, reused_tokens=0, first_token_s=None, completion_tokens=0)
    assert measures_of(**unknown).full == ""
    assert measures_of(**unknown).explained == "tour · k50"
    assert measures_of(**made(reused_tokens=0)).full.endswith("read 1,900 of 1,900 tokens")


def test_the_sentences_tell_of_an_early_end_of_what_was_left_out_and_of_another_reply():
    explained = measures_of(**made(finish_reason="length", dropped_messages=6, continues="b")).explained
    assert "not by itself" in explained
    assert "The 6 oldest messages no longer fit" in explained
    assert "only what is new is counted" in explained


@pytest.mark.parametrize(
    ("count", "answers", "text"),
    [
        (0, 1, ""),
        (1, 1, "The oldest message no longer fits and was left out of this answer."),
        (6, 1, "The 6 oldest messages no longer fit and were left out of this answer."),
        (1200, 4, "The 1,200 oldest messages no longer fit and were left out of these answers."),
    ],
)
def test_what_was_left_out_is_one_sentence(count, answers, text):
    assert left_out(count, answers) == text


@pytest.mark.parametrize(
    ("language", "expected"),
    [("de", ("1.900", "0,4 s")), ("sv", ("1 900", "0,4 s")), ("C", ("1,900", "0.4 s"))],
)
def test_numbers_are_written_as_the_person_s_system_writes_them(language, expected):
    QLocale.setDefault(QLocale(language))
    found = (number(1900), seconds(0.44))
    assert tuple(text.replace("\u00a0", " ") for text in found) == expected


def test_long_times_have_no_tenths():
    assert seconds(12.34) == "12 s"
