"""The model in the header and its picker: what runs, what could run, what went wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import TOUR_REF, ModelLibrary
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.conversations.conversation_rows import one_line
from oa_desktop.ui.models.engine_control import EngineControl
from oa_desktop.ui.models.engine_notices import EngineNotices
from oa_desktop.ui.models.model_props import ModelInputs, ModelProps, derive_model_props
from oa_desktop.ui.models.model_words import GENERAL_STARTERS, TOUR_STARTERS, context_used, model_detail
from oa_desktop.ui.notices import Notice, Notices
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model of the picker. key: its reference."""

    key: str
    title: str
    detail: str
    current: bool


@QmlElement
@QmlSingleton
class ModelViewModel(QObject):
    """Opens models from the list, a file dialog or a drop, and tells of the engine's end."""

    chipTextChanged = Signal()
    detailsChanged = Signal()
    readyChanged = Signal()
    loadingChanged = Signal()
    progressChanged = Signal()
    problemChanged = Signal()
    isTourChanged = Signal()
    contextTextChanged = Signal()
    contextNearlyFullChanged = Signal()
    deviceTextChanged = Signal()
    deviceDetailsChanged = Signal()
    fileRequested = Signal()

    def __init__(
        self,
        bridge: Bridge,
        engine: EngineControl,
        library: ModelLibrary,
        preferences: Preferences,
        session: ChatSession,
        notices: Notices,
        engine_notices: EngineNotices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._engine = engine
        self._library = library
        self._preferences = preferences
        self._session = session
        self._notices = notices
        self._engine_notices = engine_notices
        self._props = ModelProps()
        self._files: tuple[ModelFile, ...] = ()
        self._model = RowsModel(ModelRow, self)
        engine.changed.connect(self._update)
        session.changed.connect(self._update)

    @staticmethod
    def create(_engine: QQmlEngine) -> "ModelViewModel":
        """The instance wiring made."""
        return provided(ModelViewModel)

    @Property(QObject, constant=True)
    def models(self) -> QObject:
        return self._model

    @Property(str, notify=chipTextChanged)
    def chipText(self) -> str:
        return self._props.chip_text

    @Property(str, notify=detailsChanged)
    def details(self) -> str:
        return self._props.details

    @Property(bool, notify=readyChanged)
    def ready(self) -> bool:
        return self._props.ready

    @Property(bool, notify=loadingChanged)
    def loading(self) -> bool:
        return self._props.loading

    @Property(float, notify=progressChanged)
    def progress(self) -> float:
        return self._props.progress

    @Property(str, notify=problemChanged)
    def problem(self) -> str:
        return self._props.problem

    @Property(bool, notify=isTourChanged)
    def isTour(self) -> bool:
        return self._props.is_tour

    @Property(str, notify=contextTextChanged)
    def contextText(self) -> str:
        return self._props.context_text

    @Property(bool, notify=contextNearlyFullChanged)
    def contextNearlyFull(self) -> bool:
        return self._props.context_nearly_full

    @Property(str, notify=deviceTextChanged)
    def deviceText(self) -> str:
        return self._props.device_text

    @Property(str, notify=deviceDetailsChanged)
    def deviceDetails(self) -> str:
        return self._props.device_details

    @Property(list, notify=isTourChanged)
    def starters(self) -> list[str]:
        return list(TOUR_STARTERS if self._props.is_tour else GENERAL_STARTERS)

    @property
    def ref(self) -> str:
        """The model that is meant to run."""
        return self._engine.ref

    def ensure_engine(self) -> None:
        """Replies are wanted and no engine is about to come: begin one, or say again why there is none."""
        if self._engine.is_off:
            self.start()
        else:
            self._engine_notices.show_state()

    def start(self) -> None:
        """Load the model of the settings, unless it took the engine down last time."""
        ref = self._preferences.settings.model or TOUR_REF

        async def find() -> ModelFile:
            return await asyncio.to_thread(self._library.show, ref)

        self._bridge.run(find(), self._start_with, self._start_failed)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look again which models are here."""

        async def find() -> tuple[ModelFile, ...]:
            return await asyncio.to_thread(self._library.list_models)

        self._bridge.run(find(), self._listed, self._notices.show_error)

    @Slot(str)
    def choose(self, ref: str) -> None:
        """Load a model of the list and make it the usual one."""
        self._preferences.set("model", ref)
        self._engine.load(ref)

    @Slot(str)
    def openFile(self, url: str) -> None:
        """Add a .gguf file where it lies, and load it."""
        path = Path(QUrl(url).toLocalFile() or url)

        async def add() -> ModelFile:
            return await asyncio.to_thread(self._library.import_model, path)

        self._bridge.run(add(), self._added, self._rejected)

    @Slot(str, int, result=bool)
    def openDropped(self, url: str, count: int) -> bool:
        """Files were dropped on the window; one local .gguf file is loaded."""
        path = QUrl(url).toLocalFile()
        if count != 1 or not path.lower().endswith(".gguf"):
            self._notices.toast("Drop one .gguf model file.")
            return False
        self.openFile(url)
        return True

    @Slot()
    def requestFile(self) -> None:
        self.fileRequested.emit()

    @Slot()
    def restart(self) -> None:
        self._engine.restart()

    @Slot()
    def unload(self) -> None:
        """End the model, or its loading."""
        self._engine.unload()

    def _start_with(self, model: ModelFile) -> None:
        if model.crashed:
            self._engine_notices.show_crashed(model, lambda: self.choose(model.ref))
        else:
            self._engine.load(model.ref)

    def _start_failed(self, error: OaError) -> None:
        self._notices.show_error(error)
        self._engine.load(TOUR_REF)

    def _listed(self, files: Sequence[ModelFile]) -> None:
        self._files = tuple(files)
        self._update()

    def _added(self, model: ModelFile) -> None:
        self.choose(model.ref)
        self.refresh()

    def _rejected(self, error: OaError) -> None:
        self._notices.show(Notice("model-rejected", "error", error.title, error.hint))

    def _update(self) -> None:
        self._model.set_rows([self._row(file) for file in self._files])
        before, self._props = self._props, self._derived()
        notify_changes(self, before, self._props)

    def _row(self, file: ModelFile) -> ModelRow:
        return ModelRow(
            key=file.ref,
            title=one_line(file.name),
            detail=file.problem.title if file.problem else model_detail(file),
            current=file.ref == self._engine.ref,
        )

    def _derived(self) -> ModelProps:
        engine = self._engine
        known = engine.model or next((file for file in self._files if file.ref == engine.ref), None)
        return derive_model_props(
            ModelInputs(
                engine.status,
                name=one_line(known.name if known else Path(engine.ref).stem),
                file=known,
                is_tour=engine.ref in ("", TOUR_REF),
                context_used=self._context_used(),
            )
        )

    def _context_used(self) -> int:
        current = self._session.current
        return context_used(current.tree.path(current.leaf)) if current else 0
