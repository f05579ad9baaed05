"""Why the app cannot start, for the plain window that says so."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Property, QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.ui.provided import provided

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class StartProblemViewModel(QObject):
    """One problem, with the files it is about."""

    def __init__(self, problem: OaError, paths: Sequence[Path], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problem = problem
        self._paths = tuple(map(str, paths))

    @staticmethod
    def create(_engine: QQmlEngine) -> "StartProblemViewModel":
        """The instance wiring made."""
        return provided(StartProblemViewModel)

    @Property(str, constant=True)
    def title(self) -> str:
        return self._problem.title

    @Property(str, constant=True)
    def hint(self) -> str:
        return self._problem.hint

    @Property(str, constant=True)
    def detail(self) -> str:
        return "\n".join(line for line in (*self._paths, self._problem.detail) if line)

    @Slot()
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(
            "\n".join((self.title_text, self._problem.hint, self.details_text))
        )

    @property
    def title_text(self) -> str:
        """The sentence, for Python."""
        return self._problem.title

    @property
    def details_text(self) -> str:
        """Paths and cause, for Python."""
        return "\n".join(line for line in (*self._paths, self._problem.detail) if line)
