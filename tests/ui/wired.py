"""Everything behind the window over a real store, without QML and without an engine."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from oa_desktop.client.handle import EngineHandle, ModelDescription
from oa_desktop.client.status import Running
from oa_desktop.paths import AppPaths
from oa_desktop.services.fit.estimate import look_at_machine
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.wiring import Wiring


async def no_engine(_ref, _on_progress):
    """Loads for ever."""
    await asyncio.Event().wait()


class Wired:
    """A wiring with a way to wait and to read back."""

    def __init__(self, qtbot, paths: AppPaths, load=no_engine, look=look_at_machine) -> None:
        self._qtbot = qtbot
        self.worker = StoreWorker.open(paths.store)
        self.wiring = Wiring(paths, self.worker, load=load, look=look)

    def close(self) -> None:
        self.wiring.close()
        self.worker.close()

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=30_000)

    def stored(self, function):
        return self.worker.submit(function).result(10)

    def open(self, tree_id: str, at: str | None = None) -> None:
        with self._qtbot.waitSignal(self.wiring.session.opened, timeout=30_000):
            self.wiring.session.open(tree_id, at)

    def engine_runs(self, context_tokens: int = 2048) -> None:
        engine = self.wiring.engine
        description = ModelDescription("Sample", context_tokens=context_tokens, max_replies=8)
        engine.ref = "sample"
        engine.status = Running(EngineHandle("http://127.0.0.1:1/v1", "", description))
        engine.changed.emit()


class Notes:
    """Which notify signals of an object fired, in order."""

    def __init__(self, owner: QObject) -> None:
        self.seen: list[str] = []
        for name, value in vars(type(owner)).items():
            if isinstance(value, Signal) and name.endswith("Changed"):
                getattr(owner, name).connect(lambda *_, name=name: self.seen.append(name))

    def take(self) -> list[str]:
        seen, self.seen = self.seen, []
        return seen
