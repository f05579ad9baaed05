"""What tests of the whole window say often: keys, the list of conversations, and hostile text."""

from PySide6.QtCore import Qt

Key, Modifier = Qt.Key, Qt.KeyboardModifier
POISON = (
    '<img src="http://127.0.0.1:9/x"> ![](http://127.0.0.1:9/y) '
    "<style>@import url(http://127.0.0.1:9/z)</style> std::vector<int> end"
)


def titles(window):
    return [row.title for row in window.wiring.conversations.rows.rows]


def open_first(window):
    window.click("conversation0")
    window.until(lambda: window.wiring.session.current is not None)


def accessible_name(item):
    from PySide6.QtGui import QAccessible

    interface = QAccessible.queryAccessibleInterface(item)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""
