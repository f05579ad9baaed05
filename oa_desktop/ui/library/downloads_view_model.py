"""The downloads on the models page, and what is told of them elsewhere when they end."""

import time

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.services.downloads.row import Download, State
from oa_desktop.ui.library.download_rows import DownloadRow, download_row, download_title, is_listed
from oa_desktop.ui.library.downloads_control import DownloadsControl
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.notices import Notice, Notices
from oa_desktop.ui.pages import CHAT, MODELS, Pages
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

TICK_MS = 1000
DOWNLOADED = "model-downloaded"


@QmlElement
@QmlSingleton
class DownloadsViewModel(QObject):
    """Rows of what is on its way; a finished one is offered for use wherever the person is."""

    countChanged = Signal()
    activeChanged = Signal()
    overallChanged = Signal()

    def __init__(
        self,
        control: DownloadsControl,
        models: ModelViewModel,
        pages: Pages,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._control = control
        self._models = models
        self._pages = pages
        self._notices = notices
        self._told_at = time.monotonic()
        self._active = False
        self._overall = -1.0
        self._rows = RowsModel(DownloadRow, self)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show)
        control.changed.connect(self._changed)
        control.done.connect(self._done)
        control.stopped.connect(self._stopped)
        control.failed.connect(notices.show_error)

    @staticmethod
    def create(_engine: QQmlEngine) -> "DownloadsViewModel":
        """The instance wiring made."""
        return provided(DownloadsViewModel)

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    @Property(int, notify=countChanged)
    def count(self) -> int:
        return len(self._rows.rows)

    @Property(bool, notify=activeChanged)
    def active(self) -> bool:
        """Whether something is on its way."""
        return self._active

    @Property(float, notify=overallChanged)
    def overall(self) -> float:
        """How much of everything on its way is there; below 0 when nothing is, or nobody knows."""
        return self._overall

    @Slot(str)
    def pause(self, key: str) -> None:
        self._control.pause(key)

    @Slot(str)
    def resume(self, key: str) -> None:
        self._control.resume(key)

    @Slot(str)
    def cancel(self, key: str) -> None:
        """Stop it; one that failed leaves the list."""
        self._control.cancel(key)

    def _changed(self) -> None:
        self._told_at = time.monotonic()
        self._show()

    def _show(self) -> None:
        listed = [download for download in self._control.downloads if is_listed(download)]
        waited_s = time.monotonic() - self._told_at
        before = len(self._rows.rows)
        self._rows.set_rows([download_row(download, waited_s) for download in listed])
        if len(listed) != before:
            self.countChanged.emit()
        counting = any(download.state is State.RETRYING for download in listed)
        if counting != self._tick.isActive():
            (self._tick.start if counting else self._tick.stop)()
        active = any(download.is_active for download in listed)
        if active != self._active:
            self._active = active
            self.activeChanged.emit()
        overall = _overall(listed)
        if overall != self._overall:
            self._overall = overall
            self.overallChanged.emit()

    def _done(self, download: Download) -> None:
        self._models.refresh()
        self._notices.settle(f"download {download.key}")
        ref = download.model_ref
        if not ref:
            return
        text = f"{download_title(download)} is on this machine now."
        if self._pages.shown == MODELS:
            self._notices.toast(text, "Use it", lambda: self._use(ref))
        else:
            notice = Notice(DOWNLOADED, "info", text, "", "Use it")
            self._notices.show(notice, lambda: self._use(ref))

    def _use(self, ref: str) -> None:
        self._notices.settle(DOWNLOADED)
        self._models.choose(ref)
        self._pages.show(CHAT)

    def _stopped(self, download: Download) -> None:
        if self._pages.shown != MODELS and download.problem is not None:
            name = download_title(download)
            notice = Notice(
                f"download {download.key}",
                "error",
                f"{name} could not be downloaded.",
                download.problem.title,
                "Show",
            )
            self._notices.show(notice, lambda: self._pages.show(MODELS))


def _overall(listed: list[Download]) -> float:
    moving = [download for download in listed if download.is_active]
    if not moving or any(not download.total_bytes for download in moving):
        return -1.0
    total = sum(download.total_bytes for download in moving)
    return round(sum(download.done_bytes for download in moving) / total, 3)
