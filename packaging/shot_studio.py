"""One real window over sample conversations, and sample engines, for the pictures of `shots.py`.

No engine runs: the states of one are put in its place, and a sample engine streams our own words, so that the
pictures are the same on every machine.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import PySide6.QtQuick  # noqa: F401
from PySide6.QtCore import QObject, Qt
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest
from sample_builder import MODEL
from sample_conversations import barn, coffee, garden, library, seaside, small_ones, sorting, spring
from shiboken6 import delete

from oa_desktop.client.errors import stopped
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd
from oa_desktop.client.handle import EngineDevice, EngineHandle, ModelDescription
from oa_desktop.client.status import Running
from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.paths import app_paths
from oa_desktop.services.device_probe import SeenDevice
from oa_desktop.services.fit.estimate import Machine
from oa_desktop.services.library.model_file import ModelFile, Origin
from oa_desktop.services.library.models import TOUR_REF
from oa_desktop.services.loading import LoadedModel
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.app import load_window, make_engine
from oa_desktop.ui.wiring import Wiring

STREAMED = (
    "Begin with one sentence that says what the channel is for: *clocks that were thrown away, running "
    "again*. Everything you film either",
    "Three formats are enough:\n\n1. a repair from the first look to the first tick,\n"
    "2. five minutes on one part,\n3. a",
    "People come for the clock and stay for the",
    "Plan twelve weeks:\n\n| weeks | film |\n|---|---|\n| 1–4 | one wall clock |\n| 5–8",
)
CARD = SeenDevice(
    "cuda", "gpu", "CUDA0", "NVIDIA GeForce RTX 4090", 23_100_000_000, 24_000_000_000, True, False
)
MACHINE = Machine(33_400_000_000, 24_900_000_000, (CARD,), 214_000_000_000)
SMALL_MACHINE = Machine(8_200_000_000, 4_600_000_000, (), 61_000_000_000)
SETTLE_MS = 120
WAIT_S = 10.0


class SampleEngine:
    """Streams our own words, then waits, as an engine in the middle of its replies."""

    model_name = MODEL

    async def chat(
        self, _messages: Sequence[Mapping[str, str]], *, n: int, **_options: object
    ) -> AsyncIterator[ChatStreamEvent]:
        for index in range(n):
            yield ChoiceDelta(index, STREAMED[index % len(STREAMED)])
        yield ChoiceEnd(2, "stop")
        await asyncio.Event().wait()


class DyingEngine(SampleEngine):
    """Ends in the middle of its replies, as an engine that was killed."""

    async def chat(
        self, _messages: Sequence[Mapping[str, str]], *, n: int, **_options: object
    ) -> AsyncIterator[ChatStreamEvent]:
        for index in range(n):
            yield ChoiceDelta(index, STREAMED[index % len(STREAMED)])
        raise stopped(-9)


class Studio:
    """One window over sample conversations, ready to be put into a state and photographed."""

    def __init__(self, folder: Path, theme: str) -> None:
        self._folder, self._theme = folder, theme
        self._home = tempfile.TemporaryDirectory()
        paths = app_paths({"OA_DESKTOP_HOME": self._home.name})
        paths.create()
        self.worker = StoreWorker.open(paths.store)
        self.wiring = Wiring(paths, self.worker, load=self._never, look=lambda _: MACHINE)
        self.wiring.preferences.set("theme", theme)
        self.wiring.preferences.set("motion", "off")
        self._engine = make_engine()
        self.window = load_window(self._engine, self.wiring)

    def close(self) -> None:
        delete(self._engine)
        self.wiring.close()
        self.worker.close()
        self._home.cleanup()

    def fill(self) -> None:
        """Put the sample conversations into the store; the last one is the newest."""
        samples = [
            *reversed(small_ones()),
            library(),
            garden(),
            seaside(),
            coffee(),
            sorting(),
            spring(),
            barn(),
        ]
        for sample in samples:
            self.worker.submit(sample.save).result()
        self.wiring.conversations.refresh()
        self.model_runs()

    def model_runs(self) -> None:
        engine = self.wiring.engine
        engine.ref = "oasst-sft-4"
        device = EngineDevice("cuda", "NVIDIA GeForce RTX 4090", 36, 36, 8, "f16", flash_attention=True)
        description = ModelDescription(MODEL, context_tokens=2048, max_replies=8, device=device)
        engine.model = ModelFile(engine.ref, MODEL, Path("m.gguf"), (), 7_400_000_000, Origin.LINKED, None)
        engine.status = Running(EngineHandle("http://127.0.0.1:1/v1", "", description))
        engine.changed.emit()

    def tour_runs(self) -> None:
        engine = self.wiring.engine
        engine.ref, engine.model = TOUR_REF, self.wiring.library.show(TOUR_REF)
        device = EngineDevice("cpu", "AMD Ryzen 7 5800X", 4, 0, 8, "f16")
        description = ModelDescription(engine.model.name, context_tokens=2048, max_replies=8, device=device)
        engine.status = Running(EngineHandle("http://127.0.0.1:1/v1", "", description))
        engine.changed.emit()

    def open(self, name: str, at: str | None = None) -> None:
        self.wiring.session.open(TreeId(f"{name}-0"), MessageId(at) if at else None)
        self.until(lambda: self.wiring.session.tree_id == f"{name}-0" and bool(self.wiring.tree.sizeText))

    def downloads(self) -> Path:
        """A folder with model files in it."""
        folder = Path(self._home.name) / "Downloads"
        (folder / "Older models").mkdir(parents=True)
        for name in ("SmolLM2-135M-Instruct-Q8_0", "oasst-sft-4-pythia-12b.Q4_K_M", "<img src=x>"):
            (folder / f"{name}.gguf").touch()
        return folder

    def until(self, condition: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while not condition():
            if time.monotonic() > deadline_s:
                raise TimeoutError("the window did not get into the wanted state")
            QTest.qWait(5)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window, key, modifier)

    def settle(self) -> None:
        """Let the window lay out what has just changed."""
        QTest.qWait(SETTLE_MS)

    def dialog(self, name: str) -> QObject:
        found = self.window.findChild(QObject, name)
        assert found is not None, name
        return found

    def shoot(self, name: str) -> None:
        tree = self.window.findChild(QQuickItem, "treePanel")
        self.until(lambda: not tree.isVisible() or bool(self.wiring.tree.nodes.rows))
        self.settle()
        self.window.grabWindow().save(str(self._folder / f"{name}-{self._theme}.png"))

    @staticmethod
    async def _never(_ref: str, _on_progress: Callable[[float], None]) -> LoadedModel:
        await asyncio.Event().wait()
        raise AssertionError
