"""One message in a window of its own, as the thread shows it."""

import PySide6.QtQuick
from PySide6.QtCore import QCoreApplication
from PySide6.QtQml import QQmlApplicationEngine
from shiboken6 import delete

from oa_desktop.ui.block_list_model import BlockListModel
from oa_desktop.ui.resources import qml_root

_QML = b"""
import QtQuick
import QtQuick.Window
import OpenAssistant.Blocks
import OpenAssistant.Documents

Window {
    id: root

    property BlockListModel model: null

    height: 700
    visible: true
    width: 900

    Flickable {
        anchors.fill: parent
        contentHeight: list.implicitHeight

        BlockList {
            id: list

            blocks: root.model
            width: 736
        }
    }
}
"""
_EVERY_KIND = "```py\nx = 1\n```\n\n- warm **up**\n\n| a |\n|---|\n| b |"


class MessagePage:
    """Has shown every kind of block before, so that what is made once is made."""

    def __init__(self) -> None:
        self._engine = QQmlApplicationEngine()
        self._engine.addImportPath(str(qml_root()))
        self.model = BlockListModel(QCoreApplication.instance())
        self.model.set_text(_EVERY_KIND)
        self._engine.setInitialProperties({"model": self.model})
        self._engine.loadData(_QML)
        window = self._engine.rootObjects()[0]
        assert isinstance(window, PySide6.QtQuick.QQuickWindow)
        self.window = window
        self.paint()
        self.model.set_text("")
        self.paint()

    def paint(self) -> None:
        """Lay out and draw what changed."""
        self.window.grabWindow()

    def close(self) -> None:
        self.window.close()
        delete(self._engine)
        delete(self.model)
