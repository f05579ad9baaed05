"""Which page of the rail is shown."""

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.ui.provided import provided

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

CHAT, MODELS = "chat", "models"


@QmlElement
@QmlSingleton
class Pages(QObject):
    """The page shown; each view model that leads somewhere asks here."""

    currentChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown = CHAT

    @staticmethod
    def create(_engine: QQmlEngine) -> "Pages":
        """The instance wiring made."""
        return provided(Pages)

    @Property(str, notify=currentChanged)
    def current(self) -> str:
        return self.shown

    @Slot(str)
    def show(self, page: str) -> None:
        """Go to a page; one that does not exist changes nothing."""
        if page in (CHAT, MODELS) and page != self.shown:
            self.shown = page
            self.currentChanged.emit()
