"""Finding a text in the open conversation: how often it is there, and going from one place to the next."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.ui.chat.finding import Found, find
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.chat.thread_models import ThreadModels
from oa_desktop.ui.chat.thread_view_model import ThreadViewModel
from oa_desktop.ui.numbers import number
from oa_desktop.ui.provided import provided
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class FindProps:
    """position_text: which of how many, or that there is none. row: of the thread, -1 for none."""

    is_open: bool = False
    query: str = ""
    position_text: str = ""
    row: int = -1


@QmlElement
@QmlSingleton
class FindViewModel(QObject):
    """Looks in the branch that is shown, as `finding.find` does; begins at its end, where one reads."""

    isOpenChanged = Signal()
    queryChanged = Signal()
    positionTextChanged = Signal()
    rowChanged = Signal()
    rowRequested = Signal(int)
    """A row of the thread is to be shown."""

    def __init__(
        self,
        session: ChatSession,
        thread: ThreadViewModel,
        models: ThreadModels,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._thread = thread
        self._models = models
        self._props = FindProps()
        self._found: tuple[Found, ...] = ()
        self._place = -1
        session.opened.connect(self._forget)
        thread.rowsChanged.connect(self._thread_changed)

    @staticmethod
    def create(_engine: QQmlEngine) -> "FindViewModel":
        """The instance wiring made."""
        return provided(FindViewModel)

    @Property(bool, notify=isOpenChanged)
    def isOpen(self) -> bool:
        return self._props.is_open

    @Property(str, notify=queryChanged)
    def query(self) -> str:
        return self._props.query

    @Property(str, notify=positionTextChanged)
    def positionText(self) -> str:
        return self._props.position_text

    @Property(int, notify=rowChanged)
    def row(self) -> int:
        return self._props.row

    @Slot()
    def open(self) -> None:
        """Begin to look, or look on for the same text."""
        if self._session.current is not None:
            self._publish(self._props.query)

    @Slot()
    def close(self) -> None:
        """Look no more, and write on."""
        self._forget()
        self._thread.composerFocusRequested.emit()

    @Slot(str)
    def setQuery(self, query: str) -> None:
        """Look for another text: the newest place is shown first."""
        if query == self._props.query or self._session.current is None:
            return
        self._found = find(self._session.current, query)
        self._place = len(self._found) - 1
        self._publish(query)
        self._show()

    @Slot(int)
    def step(self, step: int) -> None:
        """To the next place (1) or the one before (-1), around the ends."""
        if self._found:
            self._place = (self._place + step) % len(self._found)
            self._publish(self._props.query)
            self._show()

    def _forget(self) -> None:
        self._found, self._place = (), -1
        self._set(FindProps())

    def _show(self) -> None:
        """Bring the place into the rows that are shown, then ask for it."""
        if not self._found:
            return
        found = self._found[self._place]
        self._thread.reveal(found.depth, found.prompt_id)
        self._publish(self._props.query)
        if self._props.row >= 0:
            self.rowRequested.emit(self._props.row)

    def _thread_changed(self) -> None:
        """Messages came or went: the same text stands in other places."""
        if not self._props.is_open or self._session.current is None:
            return
        shown = self._found[self._place].row_key if self._found else ""
        self._found = find(self._session.current, self._props.query)
        keys = [found.row_key for found in self._found]
        self._place = keys.index(shown) if shown in keys else len(keys) - 1
        self._publish(self._props.query)

    def _publish(self, query: str) -> None:
        count = len(self._found)
        text = f"{number(self._place + 1)} of {number(count)}" if count else ""
        if query.strip() and not count:
            text = "Not found"
        key = self._found[self._place].row_key if self._found else ""
        row = next((i for i, line in enumerate(self._models.rows.rows) if line.key == key), -1)
        self._set(FindProps(True, query, text, row))

    def _set(self, props: FindProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)
