"""What one expects of any window: search, drafts, menus with undo, keys everywhere, sizes, foreign text."""

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest

from oa_desktop.ui import network_wall
from tests.e2e.seeding import chain, talk
from tests.e2e.usual_window import POISON, Key, Modifier, accessible_name, open_first, titles


def test_search_finds_titles_and_messages_and_opens_the_message(window):
    window.press(Key.Key_K, Modifier.ControlModifier)
    window.type("rye")
    window.until(lambda: titles(window) == ["Growing rye", "Growing rye"])
    window.press(Key.Key_Return)
    window.until(lambda: window.wiring.session.tree_id == "rye-0")
    window.press(Key.Key_K, Modifier.ControlModifier)
    window.type("nothing like it")
    window.until(lambda: window.find("nothingFound") is not None)
    window.press(Key.Key_Escape)
    window.until(lambda: len(titles(window)) == 3)


def test_each_conversation_keeps_its_own_draft(window):
    open_first(window)
    window.click("composerInput")
    window.type("half a thought")
    window.click("conversation1")
    window.until(lambda: window.wiring.session.tree_id == "oat-0")
    window.until(lambda: window.item("composerInput").property("text") == "")
    window.click("conversation0")
    window.until(lambda: window.item("composerInput").property("text") == "half a thought")
    window.until(
        lambda: window.stored(lambda store: store.conversations.get("bar-0").draft) == "half a thought"
    )


def test_a_conversation_is_renamed_pinned_and_deleted_with_undo_from_its_menu(window):
    def choose(item, entry):
        window.click(item, button=Qt.MouseButton.RightButton)
        window.click(entry)

    choose("conversation2", "menuRename")
    window.until(lambda: window.popup("renameDialog").property("opened"))
    window.press(Key.Key_A, Modifier.ControlModifier)
    window.type("Rye at last")
    window.press(Key.Key_Return)
    window.until(lambda: "Rye at last" in titles(window))
    choose("conversation2", "menuPin")
    window.until(lambda: titles(window)[0] == "Rye at last")
    choose("conversation1", "menuDelete")
    window.until(lambda: titles(window) == ["Rye at last", "Growing oats"])
    window.click("toastAction")
    window.until(lambda: len(titles(window)) == 3)
    assert window.stored(lambda store: store.conversations.get("rye-0")).title_is_manual


def test_a_deleted_message_comes_back_with_undo(window):
    open_first(window)
    window.click("reply1", "deleteReply")
    window.until(lambda: window.find("reply1") is None)
    window.click("toastAction")
    window.until(lambda: window.find("reply1") is not None)


def test_enter_during_composition_never_sends(window):
    open_first(window)
    window.click("composerInput")
    event = QInputMethodEvent("ni", [])
    QCoreApplication.sendEvent(QGuiApplication.focusObject(), event)
    window.press(Key.Key_Return)
    assert len(window.tree) == 2
    commit = QInputMethodEvent()
    commit.setCommitString("你")
    QCoreApplication.sendEvent(QGuiApplication.focusObject(), commit)
    window.until(lambda: window.item("composerInput").property("text") == "你")
    window.wait_for_engine()
    with window.replies():
        window.press(Key.Key_Return)
    assert len(window.tree) > 2
    assert window.wiring.session.current.last_prompt().lang == "zh"


def test_shift_enter_starts_a_line(window):
    window.type("one")
    window.press(Key.Key_Return, Modifier.ShiftModifier)
    window.type("two")
    assert window.item("composerInput").property("text") == "one\ntwo"
    assert window.wiring.session.current is None


def test_every_tool_is_reached_with_the_tab_key(window):
    open_first(window)
    window.click("composerInput")
    reached = set()
    for _ in range(90):
        window.press(Key.Key_Tab)
        item = window.root.activeFocusItem()
        while item is not None:
            reached.add(item.objectName())
            item = item.parentItem()
    wanted = {"repliesChip", "presetChip", "languageChip", "railChat", "settingsButton", "searchField"}
    wanted |= {"conversationList", "newConversation", "modelChip", "exportButton", "toggleTree", "treeView"}
    wanted |= {"helpfulDots", "qualityDots", "copyReply", "openLabels", "regenerateReply", "editPrompt"}
    assert wanted - reached == set()


def test_everything_that_takes_focus_has_a_name(window):
    open_first(window)
    window.click("composerInput")
    nameless = []
    for _ in range(90):
        window.press(Key.Key_Tab)
        item = window.root.activeFocusItem()
        accessible = QGuiApplication.focusObject()
        if item is not None and not accessible_name(item):
            nameless.append((item.objectName(), item.metaObject().className(), accessible.objectName()))
    assert nameless == []


@pytest.mark.parametrize("size", [(1000, 640), (1440, 900), (2560, 1440), (720, 480)])
def test_nothing_sticks_out_at_any_size(window, size):
    open_first(window)
    sticks_out_nowhere(window, size)
    window.until(lambda: (window.find("treePanel") is not None) == (size[0] >= 1440))


@pytest.mark.parametrize("size", [(720, 480), (1440, 900)])
def test_nothing_sticks_out_with_the_largest_text(window, size):
    window.stored(lambda store: talk(store, "two", replies=("One", "Two")))
    window.wiring.session.open("two-0")
    window.until(lambda: window.find("replyCard0") is not None)
    window.wiring.app.setTextScale(3.0)
    sticks_out_nowhere(window, size)
    window.until(lambda: right_of(window.item("replyCard0")) <= size[0])
    window.until(lambda: window.item("thread").height() > 100)
    window.item("languageChip").forceActiveFocus()
    window.until(lambda: left_of(window.item("languageChip")) < left_of(window.item("sendButton")))


def left_of(item):
    return item.mapToScene(QPointF(0, 0)).x()


def right_of(item):
    return item.mapToScene(QPointF(item.width(), 0)).x()


def sticks_out_nowhere(window, size):
    """At this size, once everything has its new place, which is given with the next picture."""

    def all_inside():
        for name in ("sendButton", "composer", "modelChip", "thread", "toggleTree"):
            item = window.item(name)
            assert right_of(item) <= size[0], name
            assert item.mapToScene(QPointF(0, item.height())).y() <= size[1], name

    window.root.resize(*size)
    window.until(lambda: window.root.width() == size[0])
    window.until(lambda: window.root.contentItem().width() == size[0])
    window.until(all_inside)


def test_the_list_of_conversations_can_be_put_away(window):
    window.press(Key.Key_B, Modifier.ControlModifier)
    window.until(lambda: window.find("conversations") is None)
    window.click("showList")
    window.until(lambda: window.find("conversations") is not None)


def test_the_thread_follows_new_text_only_at_its_end(window):
    window.stored(lambda store: talk(store, "big", "Long", "Why?", ["word " * 3000]))
    window.wiring.conversations.refresh()
    window.until(lambda: titles(window)[0] == "Long")
    open_first(window)
    thread = window.item("thread")
    window.until(lambda: thread.property("atEnd"))
    position = QPointF(window.middle(thread))
    for _ in range(12):
        wheel = QWheelEvent(
            position,
            QPointF(window.root.mapToGlobal(position.toPoint())),
            QPoint(0, 0),
            QPoint(0, 240),
            Qt.MouseButton.NoButton,
            Modifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QCoreApplication.sendEvent(window.root, wheel)
        QTest.qWait(1)
    window.until(lambda: not thread.property("atEnd"))
    assert window.find("jumpToEnd") is not None
    window.click("jumpToEnd")
    window.until(lambda: thread.property("atEnd"))


def test_u01_poison_in_every_string_reaches_no_network_and_stays_visible(window):
    window.stored(lambda store: talk(store, "poison", POISON, POISON, [POISON, POISON], lang="en"))
    window.wiring.conversations.refresh()
    window.until(lambda: titles(window)[0].endswith("end"))
    open_first(window)
    window.until(lambda: window.find("replyCard0") is not None)
    assert window.item("promptText").property("text") == POISON
    assert window.root.title().startswith(POISON[:20])
    window.wiring.notices.toast(POISON, POISON)
    window.wiring.notices.show_error(
        type("E", (Exception,), {"code": "x", "title": POISON, "hint": POISON})()
    )
    window.wiring.labels.open("poison-1")
    window.press(Key.Key_E, Modifier.ControlModifier)
    window.until(lambda: window.popup("exportDialog").property("opened"))
    window.press(Key.Key_Escape)
    window.press(Key.Key_F, Modifier.NoModifier)
    window.click("conversation0", button=Qt.MouseButton.RightButton)
    window.until(lambda: window.find("menuRename") is not None)
    window.grab(window.paths.data / "poison.png")
    assert network_wall.refused == []


def test_an_edit_of_the_first_prompt_is_paged_like_any_other(window):
    open_first(window)
    window.wait_for_engine()
    first = window.wiring.session.tree_id
    window.item("prompt0").forceActiveFocus()
    window.click("prompt0", "editPrompt")
    window.until(lambda: window.find("promptEditor") is not None)
    with window.replies():
        window.type(" Really?")
        window.press(Key.Key_Return)
    assert window.wiring.session.tree_id != first
    window.until(lambda: window.find("prompt0", "pagerText") is not None)
    assert window.item("prompt0", "pagerText").property("text") == "2 / 2"
    window.click("prompt0", "pagerPrevious")
    window.until(lambda: window.wiring.session.tree_id == first)
    window.until(lambda: window.item("promptText").property("text") == "How about Growing barley?")


def test_a_text_is_found_in_the_open_conversation_and_the_box_is_ready_after_it(window):
    window.stored(lambda store: chain(store, "long", 120))
    window.wiring.session.open("long-0")
    window.until(lambda: window.wiring.session.tree_id == "long-0")
    messages = window.item("messageList")
    window.until(lambda: messages.property("atYEnd"))
    window.press(Key.Key_F, Modifier.ControlModifier)
    window.until(lambda: window.item("findField").hasActiveFocus())
    window.type("Message 1")
    window.until(lambda: window.item("findPosition").property("text") == "31 of 31")
    window.press(Key.Key_Return, Modifier.ShiftModifier)
    window.until(lambda: window.item("findPosition").property("text") == "1 of 31")
    window.until(lambda: not messages.property("atYEnd"))
    assert messages.property("currentItem").isVisible()
    row = window.wiring.find.row
    assert window.wiring.thread_view.rows.rows[row].message_id == "long-1"
    window.press(Key.Key_Escape)
    window.until(lambda: window.find("findBar") is None)
    window.until(lambda: window.item("composerInput").hasActiveFocus())
