"""From the press of a download button to a download: the hub and other programs' folders are asked."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.errors import HubError
from oa_desktop.services.downloads.getting import Getting, Prepared, Wanted
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.downloads_control import DownloadsControl
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.row_state import ON_ITS_WAY, Place, RowState, states
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.provided import provided

if TYPE_CHECKING:
    from oa_desktop.hub.catalogue import Catalogue
    from oa_desktop.services.downloads.jobs import DownloadJob

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

TOLD_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class _Question:
    """A person has to say whether another program's file is used. place: of the model it is about."""

    place: Place
    prepared: Prepared


@QmlElement
@QmlSingleton
class GettingViewModel(QObject):
    """`changed` follows what `standings` tells beside downloads and files."""

    changed = Signal()
    copyFound = Signal(str, str, str)
    """The program, the file's folder and its size."""

    def __init__(
        self,
        bridge: Bridge,
        getting: Getting,
        local: LocalModels,
        downloads: DownloadsControl,
        models: ModelViewModel,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._getting = getting
        self._local = local
        self._downloads = downloads
        self._models = models
        self._notices = notices
        self._busy: dict[Place, RowState] = {}
        self._question: _Question | None = None
        self._closing = threading.Event()
        local.changed.connect(self.changed)
        downloads.changed.connect(self.changed)

    @staticmethod
    def create(_engine: QQmlEngine) -> "GettingViewModel":
        """The instance wiring made."""
        return provided(GettingViewModel)

    def standings(self) -> Mapping[Place, RowState]:
        """Where each model stands that is not just somewhere on the hub."""
        return {**self._busy, **states(self._local.files, self._downloads.downloads)}

    def get(self, wanted: Wanted, otherwise: "DownloadJob", catalogue: "Catalogue | None") -> None:
        """Fetch a model. otherwise: what to download when the hub cannot be asked now; it tries again."""
        place = otherwise.repo, otherwise.paths[0]
        if place in self._busy:
            return

        async def prepare() -> Prepared:
            return await asyncio.to_thread(self._getting.prepare, wanted, catalogue)

        self._set(place, RowState(ON_ITS_WAY, "Asking the hub"))
        self._bridge.run(
            prepare(), lambda found: self._prepared(place, found), self._failed(place, otherwise)
        )

    @Slot()
    def useCopy(self) -> None:
        """The other program's file is to be used, where it lies."""
        question, self._question = self._question, None
        if question is None:
            return
        place, prepared, told_s = question.place, question.prepared, 0.0

        def on_progress(done: int, total: int) -> None:
            nonlocal told_s
            if time.monotonic() - told_s > TOLD_EVERY_S:
                told_s = time.monotonic()
                self._bridge.post(self._comparing, (place, done / total if total else -1.0))

        async def adopt() -> ModelFile:
            return await asyncio.to_thread(self._getting.adopt, prepared, on_progress, self._closing.is_set)

        self._set(place, RowState(ON_ITS_WAY, "Comparing every byte with what was published"))
        self._bridge.run(adopt(), lambda file: self._adopted(place, file), self._not_adopted(place))

    @Slot()
    def downloadAnyway(self) -> None:
        """The other program's file is left alone."""
        question, self._question = self._question, None
        if question is not None:
            self._download(question.place, question.prepared.job)

    @Slot()
    def giveUp(self) -> None:
        """Neither."""
        question, self._question = self._question, None
        if question is not None:
            self._set(question.place, None)

    def close(self) -> None:
        """Stop reading other programs' files."""
        self._closing.set()

    def _prepared(self, place: Place, prepared: Prepared) -> None:
        if prepared.notes:
            self._notices.toast(" ".join(prepared.notes))
        if prepared.copy is None:
            self._download(place, prepared.job)
            return
        self.giveUp()
        self._question = _Question(place, prepared)
        copy = prepared.copy
        self.copyFound.emit(
            printable(copy.app, 60), printable(str(copy.path.parent), 200), decimal_size(copy.size_bytes)
        )

    def _failed(self, place: Place, otherwise: "DownloadJob") -> Callable[[OaError], None]:
        def failed(error: OaError) -> None:
            if isinstance(error, HubError):
                self._download(place, otherwise)
            else:
                self._set(place, None)
                self._notices.show_error(error)

        return failed

    def _download(self, place: Place, job: "DownloadJob") -> None:
        self._downloads.add(job, self._notices.show_error)
        self._set(place, None)

    def _comparing(self, told: tuple[Place, float]) -> None:
        place, done = told
        if place in self._busy:
            self._set(place, RowState(ON_ITS_WAY, "Comparing every byte with what was published", done))

    def _adopted(self, place: Place, file: ModelFile) -> None:
        self._set(place, None)
        self._local.refresh()
        self._models.refresh()
        self._notices.toast(f"{printable(file.name, 80)} is used where it lies.")

    def _not_adopted(self, place: Place) -> Callable[[OaError], None]:
        def failed(error: OaError) -> None:
            self._set(place, None)
            self._notices.show_error(error)

        return failed

    def _set(self, place: Place, state: RowState | None) -> None:
        if state is None:
            self._busy.pop(place, None)
        else:
            self._busy[place] = state
        self.changed.emit()
