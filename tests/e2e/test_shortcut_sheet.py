"""The sheet of keys in the real window, read with the keyboard alone."""

from tests.e2e.conftest import fake_loader
from tests.e2e.usual_window import Key, Modifier


def test_every_key_on_the_sheet_is_reached_with_the_keyboard_in_a_small_window(open_window, paths):
    window = open_window(fake_loader(paths))
    window.root.resize(720, 480)
    window.press(Key.Key_Slash, Modifier.ControlModifier)
    window.until(lambda: window.find("shortcutList") is not None)
    sheet = window.item("shortcutList")
    window.until(sheet.hasActiveFocus)
    assert sheet.property("contentHeight") > sheet.height() > 100
    window.press(Key.Key_Down)
    assert sheet.property("contentY") > sheet.property("originY")
    for _ in range(20):
        window.press(Key.Key_PageDown)
    window.until(lambda: sheet.property("atYEnd"))
    for _ in range(20):
        window.press(Key.Key_PageUp)
    window.until(lambda: sheet.property("atYBeginning"))
