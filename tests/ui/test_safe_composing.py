"""Enter during input-method composition never sends: not in the composer, not in a field."""

from collections.abc import Iterator

import PySide6.QtQuick
import pytest
from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.resources import qml_root

PAGE = b"""
import QtQuick
import QtQuick.Window
import OpenAssistant.Controls

Window {
    id: root

    property int sent: 0
    property bool composing: area.composing || field.composing

    height: 300
    visible: true
    width: 400

    SafeTextArea {
        id: area

        objectName: "area"
        submitOnEnter: true
        width: 300

        onSubmitted: ++root.sent
    }

    SafeTextField {
        id: field

        objectName: "field"
        y: 200

        onSubmitted: ++root.sent
    }

    function focusOn(name: string): void {
        name === "area" ? area.focusText() : field.forceActiveFocus();
    }

    function textOf(name: string): string {
        return name === "area" ? area.text : field.text;
    }
}
"""


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[PySide6.QtQuick.QQuickWindow]:
    load_fonts()
    engine = QQmlApplicationEngine()
    engine.addImportPath(str(qml_root()))
    engine.loadData(PAGE)
    window = engine.rootObjects()[0]
    assert isinstance(window, PySide6.QtQuick.QQuickWindow)
    qtbot.waitExposed(window)
    yield window
    window.close()
    del engine


def compose(target: QObject, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QCoreApplication.sendEvent(target, event)


@pytest.mark.parametrize("name", ["area", "field"])
def test_u07_enter_while_composing_sends_nothing(window: PySide6.QtQuick.QQuickWindow, name: str) -> None:
    window.requestActivate()
    window.focusOn(name)
    editor = window.activeFocusItem()
    compose(editor, "にほん")
    assert window.property("composing")
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert window.property("sent") == 0
    compose(editor, "", "日本")
    assert not window.property("composing")
    assert window.textOf(name) == "日本"
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert window.property("sent") == 1
