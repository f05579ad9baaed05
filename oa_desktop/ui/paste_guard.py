"""Refuses to paste more into a text box than it can lay out without freezing the window, and says so."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from oa_desktop.ui.notices import Notices

MOST_CHARACTERS = 200_000
"""About 50,000 tokens. Ten million characters block Qt's text layout for half a minute."""


class PasteGuard(QObject):
    """Watches the keys of one window. The clipboard keeps what was refused."""

    def __init__(self, window: QObject, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.matches(QKeySequence.StandardKey.Paste)
        ):
            length = len(QGuiApplication.clipboard().text())
            if length > MOST_CHARACTERS:
                self._notices.toast(
                    f"That is {length:,} characters; {MOST_CHARACTERS:,} can be pasted at once."
                )
                return True
        return False
