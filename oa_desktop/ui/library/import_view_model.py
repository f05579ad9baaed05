"""Adding a model file of this machine: what it is, and whether it stays where it lies or is copied."""

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.import_facts import facts_text, fit_of
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.words import FIT_WORDS
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.notices import Notices
from oa_desktop.ui.pages import CHAT, Pages
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

TOLD_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class ImportProps:
    """What the dialog shows. busy: the header is read, or the file copied. problem: why it cannot be used.

    fit: as in `CatalogueRow`, once the machine was looked at.
    """

    title: str = ""
    facts: str = ""
    format_text: str = ""
    place: str = ""
    notes: str = ""
    fit: str = ""
    fit_text: str = ""
    fit_reason: str = ""
    busy: bool = False
    progress: float = -1.0
    problem: str = ""
    hint: str = ""
    can_import: bool = False


@QmlElement
@QmlSingleton
class ImportViewModel(QObject):
    """Looks into a file before anything is added."""

    titleChanged = Signal()
    factsChanged = Signal()
    formatTextChanged = Signal()
    placeChanged = Signal()
    notesChanged = Signal()
    fitChanged = Signal()
    fitTextChanged = Signal()
    fitReasonChanged = Signal()
    busyChanged = Signal()
    progressChanged = Signal()
    problemChanged = Signal()
    hintChanged = Signal()
    canImportChanged = Signal()
    asked = Signal()
    """There is a file to decide about."""
    fileRequested = Signal()
    done = Signal()

    def __init__(
        self,
        bridge: Bridge,
        library: ModelLibrary,
        local: LocalModels,
        models: ModelViewModel,
        preferences: Preferences,
        pages: Pages,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._library = library
        self._local = local
        self._models = models
        self._preferences = preferences
        self._pages = pages
        self._notices = notices
        self._path = Path()
        self._file: ModelFile | None = None
        self._attempt = 0
        self._props = ImportProps()
        local.machine_changed.connect(self._judge)

    @staticmethod
    def create(_engine: QQmlEngine) -> "ImportViewModel":
        """The instance wiring made."""
        return provided(ImportViewModel)

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        return self._props.title

    @Property(str, notify=factsChanged)
    def facts(self) -> str:
        return self._props.facts

    @Property(str, notify=formatTextChanged)
    def formatText(self) -> str:
        return self._props.format_text

    @Property(str, notify=placeChanged)
    def place(self) -> str:
        return self._props.place

    @Property(str, notify=notesChanged)
    def notes(self) -> str:
        return self._props.notes

    @Property(str, notify=fitChanged)
    def fit(self) -> str:
        return self._props.fit

    @Property(str, notify=fitTextChanged)
    def fitText(self) -> str:
        return self._props.fit_text

    @Property(str, notify=fitReasonChanged)
    def fitReason(self) -> str:
        return self._props.fit_reason

    @Property(bool, notify=busyChanged)
    def busy(self) -> bool:
        return self._props.busy

    @Property(float, notify=progressChanged)
    def progress(self) -> float:
        return self._props.progress

    @Property(str, notify=problemChanged)
    def problem(self) -> str:
        return self._props.problem

    @Property(str, notify=hintChanged)
    def hint(self) -> str:
        return self._props.hint

    @Property(bool, notify=canImportChanged)
    def canImport(self) -> bool:
        return self._props.can_import

    @Slot()
    def requestFile(self) -> None:
        """A person wants to choose a file."""
        self.fileRequested.emit()

    @Slot(str, int, result=bool)
    def askDropped(self, url: str, count: int) -> bool:
        """Files were dropped on the page; one local file is looked into."""
        if count != 1 or not QUrl(url).isLocalFile():
            self._notices.toast("Drop one model file.")
            return False
        self.ask(url)
        return True

    @Slot(str)
    def ask(self, url: str) -> None:
        """Look into a file, and ask what to do with it."""
        self._attempt += 1
        attempt, path = self._attempt, Path(QUrl(url).toLocalFile() or url)
        self._path, self._file = path, None
        name = printable(path.name, 160)
        self._publish(ImportProps(title=name, place=printable(str(path.parent), 200), busy=True))
        self.asked.emit()

        async def look() -> ModelFile:
            return await asyncio.to_thread(self._library.show, str(path))

        self._bridge.run(look(), lambda file: self._seen(attempt, file), lambda e: self._not_seen(attempt, e))

    @Slot(bool, bool)
    def accept(self, copy: bool, use: bool) -> None:
        """Add the file, copied or where it lies, and load it when it is to be used at once."""
        if not self._props.can_import:
            return
        attempt, path, told_s = self._attempt, self._path, 0.0
        self._change(busy=True, can_import=False, progress=-1.0)

        def on_progress(done: int, total: int) -> None:
            nonlocal told_s
            if attempt != self._attempt:
                raise _GivenUp
            if time.monotonic() - told_s > TOLD_EVERY_S:
                told_s = time.monotonic()
                self._bridge.post(self._copying, (attempt, done / total if total else -1.0))

        def add() -> ModelFile | None:
            try:
                return self._library.import_model(path, copy=copy, on_progress=on_progress)
            except _GivenUp:
                return None

        async def work() -> ModelFile | None:
            return await asyncio.to_thread(add)

        self._bridge.run(
            work(),
            lambda file: self._added(attempt, file, use),
            lambda error: self._not_seen(attempt, error),
        )

    @Slot()
    def giveUp(self) -> None:
        """The dialog was closed; a copy that is being made ends."""
        self._attempt += 1
        self._file = None
        self._publish(ImportProps())

    def _seen(self, attempt: int, file: ModelFile) -> None:
        if attempt != self._attempt:
            return
        if file.problem is not None:
            self._not_seen(attempt, file.problem)
            return
        facts = file.facts
        assert facts is not None
        self._change(
            title=printable(file.name, 160),
            facts=facts_text(facts, file.size_bytes),
            format_text=facts.family.value,
            notes=" ".join(facts.notes),
            busy=False,
            can_import=True,
        )
        self._file = file
        self._judge()

    def _judge(self) -> None:
        """The file and the machine are known: whether they go together."""
        machine, file = self._local.machine, self._file
        fit = fit_of(file, machine, self._preferences.settings) if file and machine else None
        if fit is not None:
            self._change(fit=fit.verdict.value, fit_text=FIT_WORDS[fit.verdict], fit_reason=fit.reason)

    def _not_seen(self, attempt: int, error: OaError) -> None:
        if attempt == self._attempt:
            self._change(busy=False, can_import=False, problem=error.title, hint=error.hint)

    def _copying(self, told: tuple[int, float]) -> None:
        attempt, done = told
        if attempt == self._attempt and self._props.busy:
            self._change(progress=done)

    def _added(self, attempt: int, file: ModelFile | None, use: bool) -> None:
        self._local.refresh()
        self._models.refresh()
        if attempt != self._attempt or file is None:
            return
        self._publish(ImportProps())
        self.done.emit()
        if use:
            self._models.choose(file.ref)
            self._pages.show(CHAT)
        else:
            self._notices.toast(f"{printable(file.name, 80)} was added.")

    def _change(self, **changes: Any) -> None:
        self._publish(replace(self._props, **changes))

    def _publish(self, props: ImportProps) -> None:
        before, self._props = self._props, props
        notify_changes(self, before, props)


class _GivenUp(Exception):
    """The person closed the dialog."""
