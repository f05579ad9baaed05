"""What impatient and careless hands do to the window: it stays, loses nothing, and says what it refuses."""

import os
import sys

import pytest
from PySide6.QtCore import Qt, QUrl

from oa_desktop.conversation.message import MessageState, Role
from tests.e2e.conftest import SLOW_MS, fake_loader
from tests.e2e.seeding import talk
from tests.e2e.test_engine_faults import PACE_S, begun, replies, start_streaming

Key = Qt.Key


@pytest.fixture
def window(open_window, paths):
    opened = open_window(fake_loader(paths, PACE_S))
    opened.wait_for_engine()
    return opened


def prompts(window):
    return [m.text for m in window.tree.messages.values() if m.role is Role.PROMPTER]


def not_running(window):
    return not window.wiring.generations.any_running()


def test_enter_held_down_sends_one_prompt(window):
    window.type("Once only")
    for _ in range(30):
        window.press(Key.Key_Return)
    window.until(lambda: bool(replies(window)), SLOW_MS)
    for _ in range(30):
        window.press(Key.Key_Return)
    window.press(Key.Key_Escape)
    window.press(Key.Key_Escape)
    window.wait_for_replies()
    assert prompts(window) == ["Once only"]
    assert window.stored(lambda store: store.conversations.count()) == 1


def test_what_is_typed_while_replies_are_written_stays_in_the_box_which_says_why(window):
    start_streaming(window)
    window.type("And then?")
    window.press(Key.Key_Return)
    assert window.item("composerInput").property("text") == "And then?"
    assert "Esc stops" in window.item("composerHint").property("text")
    window.press(Key.Key_Escape)
    window.wait_for_replies()
    assert "Esc" not in window.item("composerHint").property("text")
    with window.replies():
        window.press(Key.Key_Return)
    assert prompts(window) == ["Tell me something long.", "And then?"]


def test_stop_and_send_in_one_breath_sends_once(window):
    start_streaming(window)
    window.type("Next")
    window.click("sendButton")

    def sent():
        window.press(Key.Key_Return)
        return len(prompts(window)) == 2

    window.until(sent, SLOW_MS)
    window.press(Key.Key_Escape)
    window.wait_for_replies()
    assert prompts(window) == ["Tell me something long.", "Next"]


def test_a_card_cannot_be_ranked_while_it_is_written_and_esc_on_it_stops(window):
    start_streaming(window)
    window.item("replyCard1").forceActiveFocus()
    window.press(Key.Key_1)
    window.press(Key.Key_Escape)
    window.until(lambda: not_running(window), SLOW_MS)
    assert MessageState.STOPPED in {reply.state for reply in replies(window)}
    assert not window.wiring.session.current.feedback.rankings


def test_a_conversation_deleted_while_it_is_answered_comes_back_with_what_it_had(window):
    start_streaming(window)
    seen, tree_id = begun(window), window.tree.id
    window.wiring.conversations.remove(tree_id)
    window.until(lambda: window.find("startPage") is not None)
    window.click("toastAction")
    window.until(lambda: window.wiring.session.tree_id == tree_id)
    window.until(lambda: all(reply.state is not MessageState.STREAMING for reply in replies(window)))
    assert len(replies(window)) == 4
    for message_id, text in seen.items():
        assert window.tree[message_id].text.startswith(text)


def test_switching_and_restyling_while_replies_are_written_loses_no_text(window):
    window.stored(lambda store: talk(store, "other", "Other"))
    start_streaming(window)
    tree_id = window.tree.id
    for theme in ("dark", "light", "dark"):
        window.wiring.session.open("other-0")
        window.until(lambda: window.wiring.session.tree_id == "other-0")
        window.wiring.app.setThemeMode(theme)
        window.wiring.session.open(tree_id)
        window.until(lambda: window.wiring.session.tree_id == tree_id)
    window.wiring.app.setTextScale(3.0)
    window.root.resize(720, 480)
    window.until(lambda: window.root.contentItem().width() == 720)
    window.wiring.thread_view.stop()
    window.wait_for_replies()
    for reply in replies(window):
        assert window.stored(lambda store, i=reply.id: store.messages.get(i)).text == reply.text


def test_u08_a_title_of_100_kb_leaves_the_window_as_it_was(window):
    window.stored(lambda store: talk(store, "other", "Other"))
    window.wiring.session.open("other-0")
    window.until(lambda: window.wiring.session.tree_id == "other-0")
    window.wiring.conversations.rename("other-0", "wide " * 20_000)
    window.until(lambda: window.item("conversationTitle").property("text").startswith("wide wide"))
    assert window.item("modelChip").width() > 0
    window.press(Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.popup("exportDialog").property("opened"))


def make_fifo(path):
    if sys.platform == "win32":
        pytest.skip("there are no named pipes in folders here")
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("missing.gguf", lambda path: None),
        ("folder.gguf", lambda path: path.mkdir()),
        ("fifo.gguf", make_fifo),
        ("empty.gguf", lambda path: path.touch()),
        ("<img src=x>.gguf", lambda path: path.write_bytes(b"nothing")),
    ],
)
def test_u08_a_drop_that_is_no_model_is_refused_in_one_sentence(window, tmp_path, name, make):
    if sys.platform == "win32" and "<" in name:
        pytest.skip("no file can have this name here")
    make(tmp_path / name)
    window.wiring.models.openDropped(QUrl.fromLocalFile(str(tmp_path / name)).toString(), 1)
    window.until(lambda: window.find("banner-model-rejected") is not None)
    assert name in window.item("banner-model-rejected").property("text")
    assert window.wiring.engine.engine is not None


def test_u08_a_folder_or_a_thousand_files_dropped_are_refused(window, tmp_path):
    folder = QUrl.fromLocalFile(str(tmp_path)).toString()
    for url, count in ((folder, 1), (folder, 1000), ("https://example.org/x.gguf", 1)):
        assert not window.wiring.models.openDropped(url, count)
    window.until(lambda: window.find("toast") is not None)


def listed(window):
    return [row.title for row in window.wiring.open_file.entries.rows]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system's own dialog is used there")
def test_u01_a_model_file_is_found_by_hand_and_its_name_is_plain_text(window, tmp_path):
    folder = tmp_path / "<b>models"
    folder.mkdir()
    (folder / "<img src=x>.gguf").write_bytes(b"nothing")
    (folder / "notes.txt").touch()
    window.wiring.models.requestFile()
    window.until(lambda: window.popup("openFileDialog").property("opened"))
    field = window.item("openFilePath")
    field.setProperty("text", "")
    window.type(f"{tmp_path}/")
    window.until(lambda: "<b>models" in listed(window))
    window.click(f"openFileEntry{listed(window).index('<b>models')}")
    field.forceActiveFocus()
    window.until(lambda: listed(window) == ["..", "<img src=x>.gguf"])
    assert field.property("text") == f"{folder}/"
    window.press(Key.Key_Down)
    window.press(Key.Key_Down)
    window.press(Key.Key_Return)
    window.until(lambda: window.find("banner-model-rejected") is not None)
    assert not window.popup("openFileDialog").property("visible")
