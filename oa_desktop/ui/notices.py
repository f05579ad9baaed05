"""What the window tells the person: banners that stay until they are settled, and one passing toast.

The one presenter of `OaError`: whoever has trouble hands the error here and composes no text.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

MOST_BANNERS = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """One banner. key: a second notice with the same key takes the first one's place."""

    key: str
    kind: str
    text: str
    hint: str = ""
    action_text: str = ""
    closable: bool = True


@QmlElement
@QmlSingleton
class Notices(QObject):
    """Banners, newest first, and the toast."""

    toastShown = Signal(str, str)
    """Text and the word of its action, which may be empty."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = RowsModel(Notice, self)
        self._notices: dict[str, Notice] = {}
        self._actions: dict[str, Callable[[], None]] = {}
        self._toast_action: Callable[[], None] | None = None

    @staticmethod
    def create(_engine: QQmlEngine) -> "Notices":
        """The instance wiring made."""
        return provided(Notices)

    @Property(QObject, constant=True)
    def banners(self) -> QObject:
        return self._model

    def show(self, notice: Notice, action: Callable[[], None] | None = None) -> None:
        """Put a banner on top."""
        self._notices.pop(notice.key, None)
        self._notices[notice.key] = notice
        if action is not None:
            self._actions[notice.key] = action
        self._update()

    def show_error(self, error: OaError) -> None:
        """A banner for expected trouble; the same trouble again replaces its banner."""
        self.show(Notice(error.code, "error", error.title, error.hint))

    def settle(self, key: str) -> None:
        """Take a banner away because its cause is gone."""
        self._notices.pop(key, None)
        self._actions.pop(key, None)
        self._update()

    def toast(self, text: str, action_text: str = "", action: Callable[[], None] | None = None) -> None:
        """Say something in passing; the action can be taken while it shows."""
        self._toast_action = action
        self.toastShown.emit(text, action_text)

    @Slot(str)
    def act(self, key: str) -> None:
        """The person pressed a banner's button."""
        if action := self._actions.get(key):
            action()

    @Slot(str)
    def dismiss(self, key: str) -> None:
        """The person closed a banner."""
        self.settle(key)

    @Slot()
    def actOnToast(self) -> None:
        """The person pressed the toast's action."""
        action, self._toast_action = self._toast_action, None
        if action is not None:
            action()

    def _update(self) -> None:
        while len(self._notices) > MOST_BANNERS:
            oldest = next(iter(self._notices))
            self._notices.pop(oldest)
            self._actions.pop(oldest, None)
        self._model.set_rows(tuple(reversed(self._notices.values())))
