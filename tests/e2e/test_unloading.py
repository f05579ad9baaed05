"""The engine is ended from the window while it runs, and its memory is given back."""

import psutil
from PySide6.QtCore import Qt

from oa_desktop.conversation.message import MessageState
from tests.e2e.conftest import SLOW_MS, fake_loader
from tests.e2e.test_engine_faults import PACE_S, replies, start_streaming


def engines():
    return [child for child in psutil.Process().children() if child.is_running()]


def test_a_model_unloaded_in_the_middle_of_replies_keeps_them_and_comes_back_when_it_is_asked(
    open_window, paths
):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    assert window.item("devicePill").property("text").startswith("CPU")
    start_streaming(window)
    window.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.popup("modelPicker").property("opened"))
    window.click("unloadModel")
    window.wait_for_replies()
    assert all(reply.state in (MessageState.STOPPED, MessageState.COMPLETE) for reply in replies(window))
    assert any(reply.text for reply in replies(window))
    window.until(lambda: not engines(), SLOW_MS)
    assert window.item("modelChip").property("text") == "No model"
    assert window.find("devicePill") is None
    assert not window.wiring.notices.banners.rows
    window.press(Qt.Key.Key_Escape)
    before = len(replies(window))
    with window.replies():
        window.wiring.thread_view.regenerateLast()
        window.until(lambda: window.wiring.generations.any_running(), SLOW_MS)
        window.press(Qt.Key.Key_Escape)
    assert len(replies(window)) > before
