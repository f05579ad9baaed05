"""Export from the window: which conversations, which format, which file, and what became of it."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Property, QObject, QStandardPaths, QUrl, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import TreeId
from oa_desktop.errors import OaError
from oa_desktop.services.exporting import ExportFormat, ExportReport, export_file
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.conversations.summaries import counted
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

_NOT_IN_NAMES = re.compile(r"[^\w\- ]+")
NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class FormatRow:
    """One format. suffix: of its files."""

    key: str
    title: str
    suffix: str


FORMATS = (
    FormatRow(ExportFormat.OASST.value, "oasst trees, one a line (.jsonl)", ".jsonl"),
    FormatRow(ExportFormat.OASST_MESSAGES.value, "oasst messages, one a line (.jsonl)", ".jsonl"),
    FormatRow(ExportFormat.MARKDOWN.value, "Markdown, to read (.md)", ".md"),
)


@dataclass(frozen=True, slots=True)
class ExportProps:
    """The choices of the dialog. note: what the file will hold."""

    path: str = ""
    format_index: int = 0
    everything: bool = False
    can_export: bool = False
    scope_text: str = ""
    note: str = ""


@QmlElement
@QmlSingleton
class ExportViewModel(QObject):
    """An export is whole or not there at all; the toast says what it holds."""

    pathChanged = Signal()
    formatIndexChanged = Signal()
    everythingChanged = Signal()
    canExportChanged = Signal()
    scopeTextChanged = Signal()
    noteChanged = Signal()
    exported = Signal(str)
    """The path of a file that was written."""

    def __init__(
        self,
        bridge: Bridge,
        worker: StoreWorker,
        session: ChatSession,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._worker = worker
        self._session = session
        self._notices = notices
        self._props = ExportProps()
        self._tree_id: TreeId | None = None
        self._formats = RowsModel(FormatRow, self)
        self._formats.set_rows(FORMATS)

    @staticmethod
    def create(_engine: QQmlEngine) -> "ExportViewModel":
        """The instance wiring made."""
        return provided(ExportViewModel)

    @Property(QObject, constant=True)
    def formats(self) -> QObject:
        return self._formats

    @Property(str, notify=pathChanged)
    def path(self) -> str:
        return self._props.path

    @Property(int, notify=formatIndexChanged)
    def formatIndex(self) -> int:
        return self._props.format_index

    @Property(bool, notify=everythingChanged)
    def everything(self) -> bool:
        return self._props.everything

    @Property(bool, notify=canExportChanged)
    def canExport(self) -> bool:
        return self._props.can_export

    @Property(str, notify=scopeTextChanged)
    def scopeText(self) -> str:
        return self._props.scope_text

    @Property(str, notify=noteChanged)
    def note(self) -> str:
        return self._props.note

    @Slot(str, str)
    def prepare(self, tree_id: str, title: str) -> None:
        """The dialog opens for this conversation."""
        self._tree_id = TreeId(tree_id)
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        path = Path(folder or Path.home()) / f"{file_stem(title)}{FORMATS[self._props.format_index].suffix}"
        self._publish(replace(self._props, path=str(path), everything=False, scope_text=title))

    @Slot(str)
    def setPath(self, path: str) -> None:
        self._publish(replace(self._props, path=path))

    @Slot(str)
    def setUrl(self, url: str) -> None:
        self.setPath(QUrl(url).toLocalFile())

    @Slot(int)
    def setFormatIndex(self, index: int) -> None:
        """Another format; the file's suffix follows when it was the old format's."""
        old, new = FORMATS[self._props.format_index].suffix, FORMATS[index].suffix
        path = self._props.path
        if path.endswith(old):
            path = path.removesuffix(old) + new
        self._publish(replace(self._props, format_index=index, path=path))

    @Slot(bool)
    def setEverything(self, everything: bool) -> None:
        self._publish(replace(self._props, everything=everything))

    @Slot()
    def run(self) -> None:
        if not self._props.can_export:
            return
        tree_ids = None if self._props.everything or self._tree_id is None else [self._tree_id]
        work = export_file(
            self._worker,
            Path(self._props.path).expanduser(),
            FORMATS[self._props.format_index].key,
            tree_ids=tree_ids,
        )
        self._bridge.run(work, self._done, self._failed)

    def _done(self, report: ExportReport) -> None:
        what = f"{counted(report.messages, 'message')} of {counted(report.trees, 'conversation')}"
        left_out = "".join(f", {count} {reason} left out" for reason, count in report.left_out.items())
        self._notices.toast(f"Exported {what}{left_out} to {report.path.name}.")
        self.exported.emit(str(report.path))

    def _failed(self, error: OaError) -> None:
        self._notices.show_error(error)

    def _publish(self, props: ExportProps) -> None:
        name = Path(props.path).name
        has_folder = Path(props.path).expanduser().parent.is_dir() if props.path else False
        props = replace(props, can_export=bool(name) and has_folder, note=_note(props, has_folder))
        before, self._props = self._props, props
        notify_changes(self, before, props)


def file_stem(title: str) -> str:
    """A file name of ours from a title: letters, digits, spaces and dashes."""
    return _NOT_IN_NAMES.sub("", title)[:NAME_CHARACTERS].strip() or "conversation"


def _note(props: ExportProps, has_folder: bool) -> str:
    if props.path and not has_folder:
        return "There is no such folder."
    if FORMATS[props.format_index].key == ExportFormat.MARKDOWN:
        return "Every branch as text, without labels and rankings."
    return "Every branch with its labels, rankings and reactions; no titles, no settings, nothing deleted."
