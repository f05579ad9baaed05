"""Runs one tst_*.qml file in this process, with our fonts, types and import path.

python tests/qml/quick_test_main.py tests/qml/tst_safe_button.qml
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import PySide6.QtQuick  # noqa: F401 - before any item reaches Python
from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine
from PySide6.QtQuickTest import QUICK_TEST_MAIN_WITH_SETUP

from oa_desktop.ui.block_list_model import BlockListModel
from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.resources import qml_root

QML_IMPORT_NAME = "OpenAssistant.Testing"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Fixtures(QObject):
    """What QML tests cannot make themselves."""

    blocksChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._blocks = BlockListModel(self)

    def _get_blocks(self) -> BlockListModel:
        return self._blocks

    blocks = Property(BlockListModel, _get_blocks, notify=blocksChanged)

    @Slot(str)
    def setText(self, text: str) -> None:
        self._blocks.set_text(text)

    @Slot(str)
    def appendText(self, text: str) -> None:
        self._blocks.append_text(text)

    @Slot(result=str)
    def clipboard(self) -> str:
        return QGuiApplication.clipboard().text()

    @Slot()
    def finish(self) -> None:
        self._blocks.finish()


class Setup(QObject):
    """Called by Qt Quick Test."""

    @Slot()
    def applicationAvailable(self) -> None:
        load_fonts()

    @Slot(QQmlEngine)
    def qmlEngineAvailable(self, engine: QQmlEngine) -> None:
        engine.addImportPath(str(qml_root()))


if __name__ == "__main__":
    file = str(Path(sys.argv[1]).resolve())
    sys.exit(QUICK_TEST_MAIN_WITH_SETUP("qml", Setup, argv=[sys.argv[0], "-input", file, *sys.argv[2:]]))
