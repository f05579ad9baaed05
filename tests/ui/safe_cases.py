"""One QML case per control and block, each shown with a poisoned string, in a process that may die of it.

    python tests/ui/safe_cases.py < CASES

CASES is a JSON list of pairs, the name of a case and its poison. Prints the texts on screen, one JSON object
per case, and on standard error the name of each case before it is shown.
"""

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtQuick import QQuickItem

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

CONTROLS = {
    "SafeText": "SafeText { text: root.poison }",
    "SafeText wrapped": "SafeText { text: root.poison; wrapMode: Text.Wrap; width: 200 }",
    "SafeLabel": "SafeLabel { text: root.poison }",
    "SafeButton": "SafeButton { text: root.poison; iconName: 'plus' }",
    "SafeButton tooltip": "SafeButton { id: b; SafeToolTip { shown: true; delay: 0; text: root.poison } }",
    "SafeIconButton": "SafeIconButton { name: root.poison } SafeText { text: root.poison }",
    "TipLoader": "Item { width: 50; height: 20; TipLoader { shown: true; text: root.poison } }",
    "SafeChip": "SafeChip { text: root.poison; opensMenu: true }",
    "SafeRailButton": "SafeRailButton { text: root.poison }",
    "SafeItemDelegate": "SafeItemDelegate { text: root.poison; secondary: root.poison; width: 1500 }",
    "SafeMenu": "SafeMenu { visible: true; SafeMenuItem { text: root.poison; shortcutText: root.poison } }",
    "SafeComboBox closed": "SafeComboBox { model: [root.poison, 'b'] }",
    "SafeComboBox open": "SafeComboBox { model: ['b', root.poison]; Component.onCompleted: popup.open() }",
    "SafeTextField": "SafeTextField { text: root.poison }",
    "SafeTextField empty": "SafeTextField { placeholderText: root.poison; hint: root.poison; width: 1500 }",
    "SafeTextArea": "SafeTextArea { text: root.poison }",
    "SafeTextArea empty": "SafeTextArea { placeholderText: root.poison; width: 1500 }",
    "SafeCheckBox": "SafeCheckBox { text: root.poison }",
    "SafeSwitch": "SafeSwitch { text: root.poison }",
    "SafeDialog": "SafeDialog { title: root.poison; message: root.poison; acceptText: root.poison; "
    "rejectText: root.poison; visible: true }",
    "LinkDialog": "LinkDialog { Component.onCompleted: ask(root.poison, root.poison, true) }",
    "SafePopup": "SafePopup { visible: true; SafeText { text: root.poison } }",
    "ScaleDots": "ScaleDots { name: root.poison; lowText: root.poison; highText: root.poison }",
    "Pill": "Pill { text: root.poison }",
    "Banner": "Banner { text: root.poison; hint: root.poison; actionText: root.poison; width: 1500 }",
    "Toast": "Toast { Component.onCompleted: show(root.poison, root.poison) }",
    "EmptyState": "EmptyState { title: root.poison; text: root.poison; actionText: root.poison }",
    "ProgressLine": "Item { ProgressLine { name: root.poison } SafeText { text: root.poison } }",
}
BLOCKS = {
    "paragraph": "{}",
    "heading": "# {}",
    "list": "- {}\n- {}\n  1. {}",
    "quote": "> {}\n> > {}",
    "code": "```{}\n{}\n```",
    "python": "```python\n{}\n```",
    "html": "```html\n{}\n```",
    "indented code": "    {}",
    "table": "| {} | b |\n|---|---|\n| {} | c |",
    "table source": "| a |\n|---|\n| {} | c |",
    "math": "$$\n{}\n$$",
    "inline math": "\\( {} \\)",
    "inline code": "`` {} ``",
    "bold": "**{}** *{}* ~~{}~~",
    "link text": "[{}](http://e.org)",
    "link title": '[a](http://e.org "{}")',
    "image": "![{}](http://127.0.0.1:9/never)",
    "deep": ">" * 70 + " {}",
    "plain": "{} " * 400,
    "long code": "```\n" + "{}\n" * 500 + "```",
}
STREAMED = {f"streamed {name}": text for name, text in BLOCKS.items() if name not in ("plain", "long code")}
SETTLE_MS = 850
"""After it a tip that waits 600 ms is there, and a request that somebody makes has been made."""

PAGE = """
import QtQuick
import QtQuick.Window
import OpenAssistant.Blocks
import OpenAssistant.Controls
import OpenAssistant.Documents

Window {
    id: root

    property string poison
    property BlockListModel model: null

    height: 700
    title: poison
    visible: true
    width: 1600

    Item { anchors.fill: parent; CASE }
}
"""


def main() -> None:
    from PySide6 import QtQuick
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtQml import QQmlApplicationEngine

    from oa_desktop.ui.block_list_model import BlockListModel
    from oa_desktop.ui.fonts import load_fonts
    from oa_desktop.ui.resources import qml_root

    application = QGuiApplication(sys.argv[:1])
    load_fonts()
    shown: list[tuple[QQmlApplicationEngine, QtQuick.QQuickWindow, list[str]]] = []
    for name, poison in json.load(sys.stdin):
        print(name, file=sys.stderr, flush=True)
        engine = QQmlApplicationEngine()
        engine.addImportPath(str(qml_root()))
        warnings: list[str] = []
        engine.warnings.connect(lambda found, warnings=warnings: warnings.extend(w.toString() for w in found))
        model = BlockListModel(engine)
        text = (BLOCKS | STREAMED).get(name, "").replace("{}", poison)
        case = CONTROLS.get(name, "BlockList { blocks: root.model; width: 700 }")
        engine.setInitialProperties({"poison": poison, "model": model})
        engine.loadData(PAGE.replace("CASE", case).encode())
        window = engine.rootObjects()[0]
        assert isinstance(window, QtQuick.QQuickWindow)
        if name in STREAMED:
            for character in text:
                model.append_text(character)
                application.processEvents()
            model.finish()
        elif text:
            model.set_text(text)
        window.grabWindow()
        shown.append((engine, window, warnings))
    QTimer.singleShot(SETTLE_MS, application.quit)
    application.exec()
    for _, window, warnings in shown:
        window.grabWindow()
        print(json.dumps({"texts": texts_of(window.contentItem()), "warnings": warnings}))


def texts_of(content: "QQuickItem") -> list[str]:
    """What stands in the texts of an item that can be seen."""
    from PySide6.QtCore import Q_ARG, Q_RETURN_ARG, QMetaObject

    texts: list[str] = []
    items = [content]
    while items:
        item = items.pop()
        items.extend(item.childItems())
        if item.isVisible() and item.inherits("QQuickTextEdit"):
            whole = (Q_ARG(int, 0), Q_ARG(int, item.property("length")))
            text = QMetaObject.invokeMethod(item, "getText", Q_RETURN_ARG(str), *whole)
            texts.append(text.replace("\u2029", "\n").replace("\u2028", "\n"))
        elif item.isVisible() and (item.inherits("QQuickText") or item.inherits("QQuickTextInput")):
            texts.append(item.property("text"))
    return texts


if __name__ == "__main__":
    main()
