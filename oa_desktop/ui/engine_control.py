"""The engine behind the window: load a model, watch the process, say when it is gone, start it again.

Lives in the GUI thread; everything that waits runs on the I/O thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from oa_desktop.client.errors import EngineStopped
from oa_desktop.errors import OaError
from oa_desktop.services.loading import LoadedModel
from oa_desktop.settings import Settings
from oa_desktop.ui.bridge import Bridge, Job

if TYPE_CHECKING:
    from oa_desktop.client.api import EngineClient

Progress = Callable[[float], None]


class Loader(Protocol):
    """Starts an engine for a model, as `services.loading.load_model` does."""

    async def __call__(self, ref: str, settings: Settings, on_progress: Progress) -> LoadedModel:
        """Raises: ModelError, EngineError."""
        ...


class EnginePhase(StrEnum):
    """Where the engine is."""

    NONE = "none"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    """It did not start, or it stopped by itself; `problem` says why."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What is known of the engine. progress: of loading, 0 to 1; below 0 unknown. loaded: while READY."""

    phase: EnginePhase = EnginePhase.NONE
    ref: str = ""
    progress: float = -1.0
    loaded: LoadedModel | None = None
    problem: OaError | None = None


class EngineControl(QObject):
    """One engine at a time. `changed` follows every change of `status`."""

    changed = Signal()
    stopped = Signal(object)
    """The engine died while nobody asked it to: EngineStopped."""

    def __init__(
        self, bridge: Bridge, load: Loader, settings: Callable[[], Settings], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._load = load
        self._settings = settings
        self._job: Job | None = None
        self._attempt = 0
        self.status = EngineStatus()
        self.engine: EngineClient | None = None

    @property
    def is_loading(self) -> bool:
        """Whether a model is being loaded."""
        return self.status.phase is EnginePhase.LOADING

    def load(self, ref: str) -> None:
        """Load a model in place of the one that runs."""
        previous = self._let_go()
        self._attempt += 1
        attempt = self._attempt
        self._set(EngineStatus(EnginePhase.LOADING, ref))

        async def work() -> LoadedModel:
            if previous is not None:
                await previous.process.stop()
            progress = partial(self._bridge.post, lambda fraction: self._progressed(attempt, fraction))
            return await self._load(ref, self._settings(), progress)

        self._job = self._bridge.run(work(), partial(self._ready, attempt), partial(self._failed, attempt))

    def restart(self) -> None:
        """Load the same model again."""
        self.load(self.status.ref or self._settings().model)

    def ensure_loading(self) -> None:
        """Load the usual model when none is there; one that failed is not tried again unasked."""
        if self.status.phase is EnginePhase.NONE:
            self.restart()

    async def close(self) -> None:
        """End the engine process; to be awaited on the I/O thread when the app closes."""
        loaded = self.status.loaded
        if loaded is not None:
            if self.engine is not None:
                await self.engine.close()
            await loaded.process.stop()

    def cancel_loading(self) -> None:
        """Give up loading."""
        if self._job is not None:
            self._job.cancel()

    def _let_go(self) -> LoadedModel | None:
        """Forget the running engine; the caller stops its process."""
        if self._job is not None:
            self._job.cancel()
        loaded, self.engine = self.status.loaded, None
        return loaded

    def _progressed(self, attempt: int, fraction: float) -> None:
        if attempt == self._attempt and self.is_loading:
            self._set(replace(self.status, progress=fraction))

    def _ready(self, attempt: int, loaded: LoadedModel) -> None:
        if attempt != self._attempt:
            self._bridge.run(loaded.process.stop(), lambda _: None, lambda _: None)
            return
        self.engine = loaded.process.client()
        self._set(EngineStatus(EnginePhase.READY, self.status.ref, 1.0, loaded))
        self._bridge.run(loaded.process.wait(), partial(self._ended, attempt), lambda _: None)

    def _failed(self, attempt: int, problem: OaError) -> None:
        if attempt == self._attempt:
            self._set(EngineStatus(EnginePhase.FAILED, self.status.ref, problem=problem))

    def _ended(self, attempt: int, cause: EngineStopped | None) -> None:
        if attempt == self._attempt and cause is not None:
            self.engine = None
            self._set(EngineStatus(EnginePhase.FAILED, self.status.ref, problem=cause))
            self.stopped.emit(cause)

    def _set(self, status: EngineStatus) -> None:
        self.status = status
        self.changed.emit()
