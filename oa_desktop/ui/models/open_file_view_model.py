"""The window's own way to a model file: a path, and what lies in its folder."""

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.models.folder_listing import FolderEntry, folder_entries
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class OpenFileProps:
    """path: as it stands in the field. note: why the list is empty."""

    path: str = ""
    can_open: bool = False
    note: str = ""


@QmlElement
@QmlSingleton
class OpenFileViewModel(QObject):
    """Lists folders itself, because Qt's own dialog shows file names as rich text."""

    pathChanged = Signal()
    canOpenChanged = Signal()
    noteChanged = Signal()
    chosen = Signal(str)
    """The path of a file to open."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._props = OpenFileProps()
        self._folder: Path | None = None
        self._entries = RowsModel(FolderEntry, self)

    @staticmethod
    def create(_engine: QQmlEngine) -> "OpenFileViewModel":
        """The instance wiring made."""
        return provided(OpenFileViewModel)

    @Property(QObject, constant=True)
    def entries(self) -> QObject:
        return self._entries

    @Property(str, notify=pathChanged)
    def path(self) -> str:
        return self._props.path

    @Property(bool, notify=canOpenChanged)
    def canOpen(self) -> bool:
        return self._props.can_open

    @Property(str, notify=noteChanged)
    def note(self) -> str:
        return self._props.note

    @Slot()
    def begin(self) -> None:
        """The dialog opens: where it was left, or at home."""
        folder, self._folder = self._folder or Path.home(), None
        self.setPath(_as_folder(folder))

    @Slot(str)
    def setPath(self, text: str) -> None:
        """A path is typed; the list follows its folder."""
        path = Path(text).expanduser()
        folder = path if text.endswith((os.sep, "/")) else path.parent
        self._publish(replace(self._props, path=text, can_open=bool(text.strip()) and folder != path))
        if folder != self._folder and folder.is_absolute():
            self._folder = folder

            async def read() -> tuple[FolderEntry, ...] | None:
                return await asyncio.to_thread(_entries_or_none, folder)

            self._bridge.run(read(), lambda found: self._listed(folder, found), lambda _: None)

    @Slot(str, bool)
    def choose(self, key: str, folder: bool) -> None:
        """Go into a folder, or open a file."""
        if folder:
            self.setPath(_as_folder(Path(key)))
        else:
            self.chosen.emit(key)

    @Slot()
    def accept(self) -> None:
        """Open what is in the field."""
        if self._props.can_open:
            self.chosen.emit(str(Path(self._props.path.strip()).expanduser()))

    def _listed(self, folder: Path, found: tuple[FolderEntry, ...] | None) -> None:
        if folder == self._folder:
            self._entries.set_rows(found or ())
            self._publish(
                replace(self._props, note="" if found is not None else "This folder cannot be read.")
            )

    def _publish(self, props: OpenFileProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)


def _as_folder(folder: Path) -> str:
    return str(folder).rstrip(os.sep) + os.sep


def _entries_or_none(folder: Path) -> tuple[FolderEntry, ...] | None:
    try:
        return folder_entries(folder)
    except (OSError, ValueError):
        return None
