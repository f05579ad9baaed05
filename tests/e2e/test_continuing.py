"""A reply that was cut short goes on in the real window, by button and by key, never over what is there."""

import pytest
from PySide6.QtCore import Qt

from tests.e2e.conftest import SLOW_MS, fake_loader
from tests.e2e.test_engine_faults import replies

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def window(open_window, paths):
    """A window with one reply that ended at its longest length."""
    opened = open_window(fake_loader(paths))
    opened.wiring.preferences.set("replies", 1)
    opened.wiring.preferences.set("max_tokens", 2)
    opened.wait_for_engine()
    opened.ask("Tell me something long.")
    (reply,) = replies(opened)
    assert reply.generation.finish_reason == "length"
    return opened


def test_the_button_under_a_reply_that_was_cut_short_makes_a_longer_one_beside_it(window):
    (first,) = replies(window)
    status = window.item("replyStatus").property("text")
    assert status.startswith("cut short · 2 tokens · ")
    assert "read" in status
    with window.replies():
        window.click("continueUnfinished")
    before, after = replies(window)
    assert before == first
    assert after.text.startswith(first.text.rstrip(" "))
    assert len(after.text) > len(first.text)
    assert after.generation.continues == first.id
    window.until(lambda: window.find("replyCard1") is not None)
    assert window.wiring.session.current.leaf == after.id


def test_the_key_goes_on_with_the_reply_at_the_end(window):
    for count in (2, 3):
        with window.replies():
            window.press(Key.Key_R, Modifier.ControlModifier | Modifier.ShiftModifier)
        assert len(replies(window)) == count
    texts = [reply.text for reply in replies(window)]
    assert texts == sorted(texts, key=len)
    stored = window.stored(lambda store: store.messages.tree(window.tree.id))
    assert [m.text for m in stored.children(window.tree.id)] == texts


def test_a_prompt_at_the_end_has_nothing_to_go_on_with(window):
    window.wiring.session.continue_from(window.tree.id)
    window.press(Key.Key_R, Modifier.ControlModifier | Modifier.ShiftModifier)
    assert not window.wiring.generations.any_running()
    assert len(replies(window)) == 1


def test_a_conversation_beyond_the_context_goes_on_and_says_what_it_left_out(open_window, paths):
    window = open_window(fake_loader(paths, ctx=256))
    window.wiring.preferences.set("replies", 1)
    window.wiring.preferences.set("max_tokens", 40)
    window.wait_for_engine()
    for number in range(6):
        window.ask(f"Question {number}: " + "and so on " * 3)
    newest = window.tree[window.wiring.session.current.leaf]
    dropped = newest.generation.dropped_messages
    assert dropped >= 2
    assert f"The {dropped} oldest messages" in window.item("leftOut").property("text")
    window.until(lambda: any(row.kind == "unread" for row in window.wiring.thread_view.rows.rows), SLOW_MS)
