"""Why the app cannot start, for the plain window that says so, and the ways out it offers."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.services.recovery import Report, Way, WayKind, recover, ways_out
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

Look = Callable[[OaError, Path], Coroutine[Any, Any, tuple[Way, ...]]]
Take = Callable[[Way, Path], Coroutine[Any, Any, Report]]

_KEPT = "Nothing is deleted: the old files stay under another name."
_CHOOSE = f"Choose what to do. {_KEPT}"
_ICONS = {WayKind.RESTORE: "clock", WayKind.SALVAGE: "search", WayKind.START_OVER: "plus"}
_DOING = {
    WayKind.RESTORE: "Restoring and checking the backup …",
    WayKind.SALVAGE: "Reading out what is left …",
    WayKind.START_OVER: "Making an empty store …",
}
_DONE = {
    WayKind.RESTORE: "The backup is restored.",
    WayKind.SALVAGE: "What was left is read out.",
    WayKind.START_OVER: "There is an empty store now.",
}


@dataclass(frozen=True, slots=True)
class WayRow:
    """One button. key: the kind of the way."""

    key: str
    title: str
    sentence: str
    icon_name: str


@dataclass(frozen=True, slots=True)
class StartProblemProps:
    """busy: what is being done, "" when nothing is. failure: why a way did not work."""

    title: str
    hint: str
    detail: str
    busy: str = ""
    failure: str = ""
    done: bool = False


@QmlElement
@QmlSingleton
class StartProblemViewModel(QObject):
    """One problem, with the files it is about; `look` asks for the ways out."""

    titleChanged = Signal()
    hintChanged = Signal()
    detailChanged = Signal()
    busyChanged = Signal()
    failureChanged = Signal()
    doneChanged = Signal()

    def __init__(
        self,
        problem: OaError,
        store: Path,
        places: Sequence[Path],
        bridge: Bridge,
        *,
        look: Look = ways_out,
        take: Take = recover,
        parent: QObject | None = None,
    ) -> None:
        """store: the file that could not be opened. places: what is shown of where it lies."""
        super().__init__(parent)
        self._problem, self._store, self._bridge = problem, store, bridge
        self._look, self._take_way = look, take
        self._found: tuple[Way, ...] = ()
        self._rows = RowsModel(WayRow, self)
        title, more = _first_sentence(problem.title)
        detail = "\n".join(line for line in (more, *map(str, places), problem.detail) if line)
        self._props = StartProblemProps(title, problem.hint, detail)
        self.wants_open = False

    @staticmethod
    def create(_engine: QQmlEngine) -> "StartProblemViewModel":
        """The instance wiring made."""
        return provided(StartProblemViewModel)

    def look(self) -> None:
        """Find out what can be done and offer it."""
        self._set(busy="Looking for backups and for what can still be read …", hint="")
        self._bridge.run(self._look(self._problem, self._store), self._offer, self._failed)

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        return self._props.title

    @Property(str, notify=hintChanged)
    def hint(self) -> str:
        return self._props.hint

    @Property(str, notify=detailChanged)
    def detail(self) -> str:
        return self._props.detail

    @Property(str, notify=busyChanged)
    def busy(self) -> str:
        return self._props.busy

    @Property(str, notify=failureChanged)
    def failure(self) -> str:
        return self._props.failure

    @Property(bool, notify=doneChanged)
    def done(self) -> bool:
        return self._props.done

    @Property(QObject, constant=True)
    def ways(self) -> QObject:
        return self._rows

    @Slot(str)
    def take(self, kind: str) -> None:
        """Take one of the ways."""
        if self._props.busy or self._props.done:
            return
        way = next(way for way in self._found if way.kind == kind)
        self._rows.set_rows(())
        self._set(busy=_DOING[way.kind], failure="", hint=_KEPT)
        self._bridge.run(self._take_way(way, self._store), self._report, self._failed)

    @Slot()
    def open(self) -> None:
        """The window is about to close so that the real one opens."""
        self.wants_open = self._props.done

    @Slot()
    def copy(self) -> None:
        props = self._props
        QGuiApplication.clipboard().setText("\n".join((props.title, props.hint, props.detail)))

    def _offer(self, ways: tuple[Way, ...]) -> None:
        self._found = ways
        self._show_ways()
        self._set(busy="", hint=_CHOOSE if ways else self._problem.hint)

    def _report(self, report: Report) -> None:
        self._set(
            busy="",
            done=True,
            title=_DONE[report.kind],
            hint=f"{report.now} {report.lost}",
            detail=report.kept,
        )

    def _failed(self, error: OaError) -> None:
        self._show_ways()
        self._set(busy="", failure=error.sentence, hint=_CHOOSE if self._found else self._problem.hint)

    def _show_ways(self) -> None:
        self._rows.set_rows(
            [WayRow(way.kind, way.title, way.sentence, _ICONS[way.kind]) for way in self._found]
        )

    def _set(self, **changes: Any) -> None:
        before, self._props = self._props, replace(self._props, **changes)
        notify_changes(self, before, self._props)


def _first_sentence(text: str) -> tuple[str, str]:
    """It, and what follows."""
    first, mark, rest = text.partition(". ")
    return (f"{first}.", rest) if mark else (text, "")
