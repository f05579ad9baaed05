"""The engine dies, hangs up or refuses: the window stays, the text stays, and the way on is offered."""

import os
import signal

import pytest
from PySide6.QtCore import Qt, QUrl

from oa_desktop.client.status import Halted, Off, Running
from oa_desktop.conversation.message import MessageState, Role
from oa_desktop.services.library.models import ModelLibrary
from tests.e2e.conftest import SLOW_MS, fake_loader

PACE_S = 0.02


def start_streaming(window, text="Tell me something long."):
    """Send a prompt and wait until a reply has some text and is not complete; lengths are up to chance."""
    window.type(text)
    window.press(Qt.Key.Key_Return)
    window.until(lambda: bool(replies(window)), SLOW_MS)
    window.until(lambda: bool(begun(window)), SLOW_MS)


def replies(window):
    current = window.wiring.session.current
    if current is None:
        return []
    return [m for m in current.tree.children(current.last_prompt().id) if m.role is Role.ASSISTANT]


def begun(window):
    """The replies that are being written and have some text, with that text."""
    texts = {
        m.id: window.wiring.generations.text(m.id)
        for m in replies(window)
        if m.state is MessageState.STREAMING
    }
    return {message_id: text for message_id, text in texts.items() if text}


def kill_engine(window):
    """End the engine process at once; returns when the window knows."""
    supervisor = window.wiring.engine._supervisor
    pid = supervisor._process.pid
    os.kill(pid, signal.SIGKILL)
    window.until(lambda: not isinstance(window.wiring.engine.status, Running), SLOW_MS)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
def test_e01_a_killed_engine_leaves_the_text_and_comes_back(open_window, paths):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    start_streaming(window)
    seen = begun(window)
    kill_engine(window)
    window.until(lambda: not window.wiring.generations.any_running(), SLOW_MS)

    assert window.find("banner-engine") is not None
    assert len(window.wiring.notices.banners.rows) == 1, "one thing happened, one banner says it"
    assert "signal 9" in window.item("banner-engine").property("text")
    after = {reply.id: reply for reply in replies(window)}
    assert all(after[message_id].text.startswith(text) for message_id, text in seen.items())
    assert MessageState.INTERRUPTED in {reply.state for reply in after.values()}
    stored = window.stored(lambda store: store.messages.tree(window.tree.id))
    assert {m.id: m.text for m in stored.messages.values()} == {
        m.id: m.text for m in window.tree.messages.values()
    }

    window.wait_for_engine()
    assert "started again" in window.item("banner-engine").property("hint")
    start_streaming(window, "And now?")
    window.press(Qt.Key.Key_Escape)
    window.until(lambda: not window.wiring.generations.any_running(), SLOW_MS)
    assert MessageState.STOPPED in {reply.state for reply in replies(window)}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
def test_e01_an_engine_that_keeps_dying_waits_for_the_restart_button(open_window, paths):
    window = open_window(fake_loader(paths))
    window.wait_for_engine()
    kill_engine(window)
    while not isinstance(window.wiring.engine.status, Halted):
        window.until(lambda: isinstance(window.wiring.engine.status, Running | Halted), SLOW_MS)
        if isinstance(window.wiring.engine.status, Running):
            kill_engine(window)
    window.type("Is anybody there?")
    window.press(Qt.Key.Key_Return)
    window.until(lambda: window.find("getReplies") is not None)
    window.click("banner-engine", "bannerAction")
    window.wait_for_engine()
    window.until(lambda: window.find("banner-engine") is None)
    with window.replies():
        window.click("getReplies")
    assert len(replies(window)) == 4


def test_stopping_keeps_the_partial_text_and_the_button_follows(open_window, paths):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    assert window.item("sendButton").property("text") == "Send"
    start_streaming(window)
    assert window.item("sendButton").property("text") == "Stop"
    window.click("sendButton")
    window.until(lambda: not window.wiring.generations.any_running(), SLOW_MS)
    window.until(lambda: window.item("sendButton").property("text") == "Send")
    stopped = [reply for reply in replies(window) if reply.state is MessageState.STOPPED]
    assert any(reply.text for reply in stopped)
    shown = {window.item(f"replyCard{i}", "replyStatus").property("text") for i in range(4)}
    assert any(text.startswith("stopped") for text in shown)


def test_leaving_a_conversation_does_not_stop_its_replies(open_window, paths):
    window = open_window(fake_loader(paths, 0.005))
    window.wait_for_engine()
    start_streaming(window)
    tree_id = window.tree.id
    window.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.find("startPage") is not None)
    assert window.wiring.generations.is_running(tree_id)
    window.click("conversation0")
    window.until(lambda: window.wiring.session.tree_id == tree_id)
    window.wait_for_replies()
    assert all(reply.state is MessageState.COMPLETE for reply in replies(window))


def test_closing_while_replies_are_written_asks_first(open_window, paths):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    start_streaming(window)
    window.root.close()
    window.until(lambda: window.popup("closeDialog").property("opened"))
    assert window.root.isVisible()
    window.click("rejectButton")
    window.until(lambda: not window.popup("closeDialog").property("visible"))
    assert window.wiring.generations.any_running()
    window.root.close()
    window.until(lambda: window.popup("closeDialog").property("opened"))
    window.click("acceptButton")
    window.until(lambda: not window.root.isVisible())


def test_e04_a_file_that_is_no_model_is_refused_in_one_sentence(open_window, paths, tmp_path):
    window = open_window(fake_loader(paths))
    window.wait_for_engine()
    bad = tmp_path / "broken.gguf"
    bad.write_bytes(b"not a model at all")
    window.wiring.models.openDropped(QUrl.fromLocalFile(str(bad)).toString(), 1)
    window.until(lambda: window.find("banner-model-rejected") is not None)
    assert "broken.gguf" in window.item("banner-model-rejected").property("text")
    assert window.wiring.engine.engine is not None


def test_a_prompt_sent_while_the_model_loads_is_answered_when_it_is_there(open_window, paths):
    window = open_window(fake_loader(paths))
    window.type("Too early?")
    window.press(Qt.Key.Key_Return)
    window.until(lambda: window.wiring.session.current is not None)
    window.until(lambda: len(replies(window)) == 4, SLOW_MS)
    window.wait_for_replies()


@pytest.mark.model
def test_e02_a_model_that_took_the_engine_down_is_loaded_only_when_the_person_says_so(open_window, paths):
    library = ModelLibrary(paths)
    library.note_loading(library.show("tour"))  # and it never ended
    window = open_window()
    window.until(lambda: window.find("banner-engine") is not None)
    assert "took the engine down" in window.item("banner-engine").property("text")
    window.type("What can I do with this app?")
    window.press(Qt.Key.Key_Return)
    window.until(lambda: "Waiting" in window.item("composerHint").property("text"))
    assert isinstance(window.wiring.engine.status, Off)
    with window.replies():
        window.click("banner-engine", "bannerAction")
    assert len(replies(window)) == 4
    assert window.find("banner-engine") is None
