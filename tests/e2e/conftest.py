"""The real window offscreen, over a real store and a real engine process, driven by keyboard and mouse."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import PySide6.QtQuick  # noqa: F401
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest
from shiboken6 import delete

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.launch import EngineProcess
from oa_desktop.paths import AppPaths, app_paths
from oa_desktop.services.fit.estimate import look_at_machine
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.loading import LoadedModel
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui import network_wall
from oa_desktop.ui.app import load_window, make_engine
from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.wiring import Wiring
from tests.e2e.seeding import talk

SLOW_MS = 30_000
"""For whole generations on a busy machine."""


def fake_loader(paths: AppPaths, pace_s: float = 0.0, ctx: int = 2048):
    """Starts the real engine process over the fake backend, whatever model is asked for."""

    async def load(ref, on_progress):
        model = ModelLibrary(paths).show(ref)
        options = EngineOptions(
            paths.data / "fake.gguf", backend="fake", ctx=ctx, extra=("--fake-pace", str(pace_s))
        )
        return LoadedModel(model, await EngineProcess.start(options, on_progress=on_progress))

    return load


class Window:
    """One open window. Items are named by their objectName; the last part of a path is what is meant."""

    def __init__(self, qtbot, paths: AppPaths, load=None, look=look_at_machine) -> None:
        self._qtbot = qtbot
        self.paths = paths
        self.worker = StoreWorker.open(paths.store)
        self.wiring = Wiring(paths, self.worker, load=load, look=look)
        self.warnings: list[str] = []
        self._engine = make_engine()
        self._engine.warnings.connect(lambda found: self.warnings.extend(w.toString() for w in found))
        self.root = load_window(self._engine, self.wiring)
        self.wiring.start()

    def close(self) -> None:
        """As the app does: first what shows, then what is shown."""
        if self._engine is not None:
            delete(self._engine)
            self._engine = None
            self.wiring.close()
            self.worker.close()

    def item(self, *names: str) -> QQuickItem:
        """The first visible item at the end of this path of objectNames. Fails when there is none."""
        found = self.find(*names)
        assert found is not None, f"no visible item {'/'.join(names)}"
        return found

    def find(self, *names: str) -> QQuickItem | None:
        """As `item`, or None."""
        start = self.root.contentItem()
        for name in names:
            start = next(iter(_named(start, name)), None)
            if start is None:
                return None
        return start

    def popup(self, name: str) -> QObject:
        """A popup or dialog; those are no items."""
        found = self.root.findChild(QObject, name)
        assert found is not None, name
        return found

    def click(self, *names: str, button=Qt.MouseButton.LeftButton) -> None:
        """Click in the middle of an item, as soon as it is there and has stopped moving."""
        seen: list[QPoint] = []

        def rests() -> bool:
            found = self.find(*names)
            if found is not None:
                seen.append(self.middle(found))
            return len(seen) > 1 and seen[-1] == seen[-2]

        self.until(rests)
        QTest.mouseClick(self.root, button, pos=seen[-1])

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.root, key, modifier)

    def type(self, text: str) -> None:
        for character in text:
            QTest.keyClick(self.root, character)

    def drag(self, source: QQuickItem, target: QQuickItem) -> None:
        """Press on one item, move in steps to another, release."""
        start, end = self.middle(source), self.middle(target)
        QTest.mousePress(self.root, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, 11):
            position = start + QPoint((end - start).x() * step // 10, (end - start).y() * step // 10)
            QTest.mouseMove(self.root, position)
        QTest.mouseRelease(self.root, Qt.MouseButton.LeftButton, pos=end)

    @staticmethod
    def middle(item: QQuickItem) -> QPoint:
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()

    def until(self, condition: Callable[[], bool], timeout_ms: int = SLOW_MS) -> None:
        """Run the event loop until the condition holds."""
        self._qtbot.waitUntil(condition, timeout=timeout_ms)

    def wait_for_engine(self) -> None:
        self.until(lambda: self.wiring.engine.engine is not None, SLOW_MS)

    def ask(self, text: str) -> None:
        """Type a prompt, send it with Enter, and wait until every reply is complete."""
        with self.replies():
            self.type(text)
            self.press(Qt.Key.Key_Return)

    @contextmanager
    def replies(self) -> Iterator[None]:
        """What is done inside makes the engine write replies; leaves when they are complete."""
        started = []
        self.wiring.generations.replies_started.connect(started.append)
        yield
        self.until(lambda: bool(started), SLOW_MS)
        self.wait_for_replies()

    def wait_for_replies(self) -> None:
        self.until(lambda: not self.wiring.generations.any_running(), SLOW_MS)

    @property
    def tree(self):
        return self.wiring.session.current.tree

    def stored(self, function):
        """Read back from SQLite, after everything queued before."""
        return self.worker.submit(function).result(SLOW_MS / 1_000)

    def grab(self, path: Path) -> None:
        self.root.grabWindow().save(str(path))


def _named(item: QQuickItem, name: str) -> Iterator[QQuickItem]:
    stack = [item]
    while stack:
        current = stack.pop()
        if not current.isVisible():
            continue
        if current.objectName() == name:
            yield current
        stack.extend(reversed(current.childItems()))


@pytest.fixture
def paths(tmp_path: Path) -> AppPaths:
    made = app_paths({"OA_DESKTOP_HOME": str(tmp_path / "home")})
    made.create()
    return made


@pytest.fixture
def open_window(qtbot, qapp, paths, monkeypatch):
    """Open windows; afterwards they are closed, and there was no QML warning and no network request.

    Seeds are the same in every run, because the fake model ends a reply where chance wants it.
    """
    monkeypatch.setattr("oa_desktop.services.chat.secrets.randbelow", lambda _: 36)
    load_fonts()
    network_wall.refused.clear()
    opened: list[Window] = []

    def open_one(load=None, look=look_at_machine) -> Window:
        opened.append(Window(qtbot, paths, load, look))
        return opened[-1]

    yield open_one
    for window in opened:
        window.close()
    assert [warning for window in opened for warning in window.warnings] == []
    assert network_wall.refused == []


@pytest.fixture
def window(open_window, paths):
    """A window with a few conversations; the newest stands first."""
    window = open_window(fake_loader(paths))
    for name, title in (("rye", "Growing rye"), ("oat", "Growing oats"), ("bar", "Growing barley")):
        window.stored(lambda store, name=name, title=title: talk(store, name, title, f"How about {title}?"))
    window.wiring.conversations.refresh()
    window.until(lambda: window.find("conversation2") is not None)
    return window
