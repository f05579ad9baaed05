"""The models on this machine: use, verify, show, remove with undo, repair."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.client.status import EngineStatus, Running
from oa_desktop.errors import OaError
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.services.library.model_verifying import Verified
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.machine import process_bytes
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.downloads_control import DownloadsControl
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.on_disk_rows import OnDiskRow, Work, disk_text, on_disk_row
from oa_desktop.ui.library.removed_view_model import RemovedViewModel
from oa_desktop.ui.library.reveal import reveal
from oa_desktop.ui.models.engine_control import EngineControl
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.pages import CHAT, MODELS, Pages
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

MEMORY_MS = 2000
TOLD_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class OnDiskProps:
    """What stands beside the rows."""

    disk_text: str = ""
    only_tour: bool = True


@QmlElement
@QmlSingleton
class OnDiskViewModel(QObject):
    """Rows of every model that is here, with what is done with each."""

    diskTextChanged = Signal()
    onlyTourChanged = Signal()

    def __init__(
        self,
        bridge: Bridge,
        engine: EngineControl,
        library: ModelLibrary,
        local: LocalModels,
        downloads: DownloadsControl,
        removed: RemovedViewModel,
        models: ModelViewModel,
        pages: Pages,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._engine = engine
        self._library = library
        self._local = local
        self._downloads = downloads
        self._removed = removed
        self._models = models
        self._pages = pages
        self._notices = notices
        self._work: dict[str, Work] = {}
        self._stops: dict[str, threading.Event] = {}
        self._memory_bytes = 0
        self._props = OnDiskProps()
        self._rows = RowsModel(OnDiskRow, self)
        self._memory = QTimer(self, interval=MEMORY_MS)
        self._memory.timeout.connect(self._measure)
        local.changed.connect(self._show)
        engine.changed.connect(self._engine_changed)
        downloads.done.connect(self._arrived)
        pages.currentChanged.connect(self._measure)

    @staticmethod
    def create(_engine: QQmlEngine) -> "OnDiskViewModel":
        """The instance wiring made."""
        return provided(OnDiskViewModel)

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    @Property(str, notify=diskTextChanged)
    def diskText(self) -> str:
        return self._props.disk_text

    @Property(bool, notify=onlyTourChanged)
    def onlyTour(self) -> bool:
        """Whether there is no model here but the one that comes with the app."""
        return self._props.only_tour

    def close(self) -> None:
        """Stop checking, so that nothing is waited for."""
        for stop in self._stops.values():
            stop.set()

    @Slot(str)
    def use(self, ref: str) -> None:
        """Load a model, and go and talk to it."""
        self._models.choose(ref)
        self._pages.show(CHAT)

    @Slot()
    def unload(self) -> None:
        self._engine.unload()

    @Slot(str)
    def reveal(self, ref: str) -> None:
        """Show the file in the system's file browser."""
        file = self._file(ref)
        if file is not None and not reveal(file.path):
            self._notices.toast("The folder could not be opened.")

    @Slot(str)
    def verify(self, ref: str) -> None:
        """Read the whole file and compare it with what was published, or with the last time."""
        stop = self._stops[ref] = threading.Event()
        told_s = 0.0

        def on_progress(done: int, total: int) -> None:
            nonlocal told_s
            if time.monotonic() - told_s > TOLD_EVERY_S:
                told_s = time.monotonic()
                self._bridge.post(self._verifying, (ref, done / total if total else -1.0))

        async def verify() -> Verified:
            return await asyncio.to_thread(self._library.verify, ref, on_progress, stop.is_set)

        self._set_work(ref, Work("Checking every byte"))
        self._bridge.run(verify(), lambda found: self._verified(ref, found), self._ended(ref))

    @Slot(str)
    def stopWork(self, ref: str) -> None:
        """Stop checking."""
        if stop := self._stops.get(ref):
            stop.set()

    @Slot(str)
    def repair(self, ref: str) -> None:
        """Download a damaged model again from where it came."""
        file = self._file(ref)
        if file is not None and file.source is not None:
            source = file.source
            self._work.pop(ref, None)
            title = source.title or file.name
            job = DownloadJob(source.repo, source.paths, source.commit, title, file.size_bytes)
            self._downloads.add(job, self._notices.show_error)

    @Slot(str)
    def remove(self, ref: str) -> None:
        """Take a model away; it can be put back."""
        if self._engine.ref == ref:
            self._engine.unload()
        self._stop_all(ref)

        async def remove() -> Removal:
            return await asyncio.to_thread(lambda: self._library.remove(ref, delete_file=True))

        self._bridge.run(remove(), self._removed.take, self._notices.show_error)

    def _verifying(self, told: tuple[str, float]) -> None:
        ref, done = told
        if self._work.get(ref, Work()).busy:
            self._set_work(ref, Work("Checking every byte", done))

    def _verified(self, ref: str, found: Verified) -> None:
        self._stops.pop(ref, None)
        self._set_work(ref, Work(note=found.sentence, ok=found.ok))
        self._again()

    def _ended(self, ref: str) -> Callable[[OaError], None]:
        def ended(error: OaError) -> None:
            self._stops.pop(ref, None)
            self._set_work(ref, Work(note=error.sentence, ok=True))

        return ended

    def _stop_all(self, ref: str) -> None:
        self.stopWork(ref)
        self._work.pop(ref, None)

    def _set_work(self, ref: str, work: Work) -> None:
        self._work[ref] = work
        self._show()

    def _arrived(self, _download: object) -> None:
        self._again()

    def _again(self) -> None:
        self._local.refresh()
        self._models.refresh()

    def _engine_changed(self) -> None:
        self._measure()
        self._show()

    def _measure(self) -> None:
        """Ask for the memory of the engine, again and again while it is looked at."""
        pid = self._engine.pid if isinstance(self._engine.status, Running) else 0
        watched = bool(pid) and self._pages.shown == MODELS
        if watched != self._memory.isActive():
            (self._memory.start if watched else self._memory.stop)()
        if not watched:
            self._memory_bytes = self._memory_bytes if pid else 0
            return

        async def measure() -> int:
            return await asyncio.to_thread(process_bytes, pid)

        self._bridge.run(measure(), self._measured, lambda _: None)

    def _measured(self, size: int) -> None:
        if size != self._memory_bytes:
            self._memory_bytes = size
            self._show()

    def _file(self, ref: str) -> ModelFile | None:
        return next((file for file in self._local.files if file.ref == ref), None)

    def _show(self) -> None:
        files = sorted(self._local.files, key=lambda file: file.origin is Origin.TOUR)
        self._rows.set_rows([self._row(file) for file in files])
        self._publish(
            disk_text=disk_text(self._local.listing),
            only_tour=not any(row.can_remove for row in self._rows.rows),
        )

    def _row(self, file: ModelFile) -> OnDiskRow:
        status: EngineStatus | None = self._engine.status if file.ref == self._engine.ref else None
        return on_disk_row(file, status, self._memory_bytes, self._work.get(file.ref))

    def _publish(self, **changes: Any) -> None:
        before, self._props = self._props, replace(self._props, **changes)
        notify_changes(self, before, self._props)
