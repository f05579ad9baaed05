"""The engine behind the window: one model at a time, kept running by the client's supervisor.

Lives in the GUI thread; the supervisor lives on the I/O thread and tells every new state across the bridge.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from oa_desktop.client.status import EngineStatus, Off, Running, Starting, Waiting
from oa_desktop.client.supervise import EngineSupervisor
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.loading import LoadedModel
from oa_desktop.ui.bridge import Bridge

if TYPE_CHECKING:
    from oa_desktop.client.api import EngineClient
    from oa_desktop.client.launch import EngineProcess

Progress = Callable[[float], None]


class Loader(Protocol):
    """Starts an engine for a model, as `services.loading.load_model` does."""

    async def __call__(self, ref: str, on_progress: Progress) -> LoadedModel:
        """Raises: ModelError, EngineError."""
        ...


class EngineControl(QObject):
    """`changed` follows every change of what is public here.

    ref: the model that is meant to run, empty before the first. model: its file, once it was loaded.
    engine: to ask for replies; None while none answers. pid: of its process; 0 before it runs.
    """

    changed = Signal()
    unloaded = Signal()
    """A person ended the engine or its loading; nothing comes until a model is asked for again."""

    def __init__(self, bridge: Bridge, load: Loader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._load = load
        self._supervisor: EngineSupervisor | None = None
        self._attempt = 0
        self.ref = ""
        self.status: EngineStatus = Off()
        self.model: ModelFile | None = None
        self.engine: EngineClient | None = None
        self.pid = 0

    @property
    def is_loading(self) -> bool:
        """Whether an engine that answers may come without anybody doing anything."""
        return isinstance(self.status, Starting | Waiting)

    @property
    def is_off(self) -> bool:
        """Whether no model was asked for yet."""
        return isinstance(self.status, Off)

    def load(self, ref: str) -> None:
        """Load a model in place of the one that runs."""
        self._attempt += 1
        self.ref, self.model, self.pid = ref, None, 0
        self._take(self._attempt, Starting(), None)
        self._bridge.run(self._start(self._attempt, ref), lambda _: None, lambda _: None)

    def restart(self) -> None:
        """End the engine, however it is, and load the same model again."""
        if self.ref:
            self.load(self.ref)

    def unload(self) -> None:
        """End the engine, also while it loads, and want none: its memory is given back."""
        self._attempt += 1
        self.ref, self.model, self.pid = "", None, 0
        self.status, self.engine = Off(), None
        self.changed.emit()
        self.unloaded.emit()

        async def end() -> None:
            previous, self._supervisor = self._supervisor, None
            if previous is not None:
                await previous.stop()

        self._bridge.run(end(), lambda _: None, lambda _: None)

    async def close(self) -> None:
        """End the engine; awaited on the I/O thread when the app closes."""
        self._attempt += 1
        if self._supervisor is not None:
            await self._supervisor.stop()

    async def _start(self, attempt: int, ref: str) -> None:
        previous = self._supervisor
        supervisor = EngineSupervisor(
            partial(self._launch, attempt, ref),
            on_status=lambda status: self._bridge.post(
                lambda told: self._take(attempt, *told), (status, _client(supervisor, status))
            ),
        )
        self._supervisor = supervisor
        if previous is not None:
            await previous.stop()
        if attempt == self._attempt:
            await supervisor.start()

    async def _launch(self, attempt: int, ref: str, *, on_progress: Progress) -> "EngineProcess":
        loaded = await self._load(ref, on_progress)
        self._bridge.post(lambda told: self._loaded(attempt, *told), (loaded.model, loaded.process.pid))
        return loaded.process

    def _loaded(self, attempt: int, model: ModelFile, pid: int) -> None:
        if attempt == self._attempt:
            self.model, self.pid = model, pid

    def _take(self, attempt: int, status: EngineStatus, engine: "EngineClient | None") -> None:
        if attempt == self._attempt and not (isinstance(status, Off) and self.ref):
            self.status, self.engine = status, engine
            self.changed.emit()


def _client(supervisor: EngineSupervisor, status: EngineStatus) -> "EngineClient | None":
    return supervisor.client() if isinstance(status, Running) else None
