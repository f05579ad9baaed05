"""A damaged store, from the window that says so to the conversations in the real one, by keyboard."""

import asyncio
import os
import textwrap

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import delete

from oa_desktop.services.recovery import Report, Way, WayKind
from oa_desktop.store.errors import DiskFull, StoreDamaged, StoreNewer
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.app import make_engine
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.io_thread import IoThread
from oa_desktop.ui.provided import provide
from oa_desktop.ui.start_problem_view_model import StartProblemViewModel
from tests.e2e.conftest import _named
from tests.e2e.seeding import talk
from tests.e2e.test_store_faults import start_app

DRIVE = textwrap.dedent(
    """
    import sys, time
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtTest import QTest

    WAY = {way!r}

    def items(window):
        shown = [window.contentItem()]
        while shown:
            item = shown.pop()
            if item.isVisible():
                yield item
                shown.extend(item.childItems())

    def find(window, name):
        return next((item for item in items(window) if item.objectName() == name), None)

    def until(condition):
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, condition
            QTest.qWait(10)

    def drive_problem(window):
        until(lambda: find(window, WAY))
        while not find(window, WAY).property("activeFocus"):
            QTest.keyClick(window, Qt.Key.Key_Down)
        QTest.keyClick(window, Qt.Key.Key_Return)
        until(lambda: find(window, "problemOpen"))
        until(lambda: find(window, "problemOpen").property("activeFocus"))
        print(find(window, "problemTitle").property("text"))
        print(find(window, "problemHint").property("text"))
        print(find(window, "problemDetail").property("text"), flush=True)
        QTest.keyClick(window, Qt.Key.Key_Return)
        until(lambda: not window.isVisible())

    def exec_(application):
        window = next(w for w in application.topLevelWindows() if w.isVisible())
        if window.objectName() == "startProblem":
            drive_problem(window)
            return 0
        if {expect!r}:
            until(lambda: find(window, "conversation0"))
        print("real window:", bool(find(window, "conversation0")), flush=True)
        return 0

    QGuiApplication.exec = exec_
    from oa_desktop.ui.app import run
    sys.exit(run([]))
    """
)


def store_with_a_backup(home):
    """Two conversations that are in a backup, and one that is newer."""
    path = home / "data" / "store.sqlite3"
    path.parent.mkdir(parents=True)
    worker = StoreWorker.open(path)
    for name in ("llamas", "barns"):
        worker.submit(lambda store, name=name: talk(store, name, name, replies=["x" * 900] * 60)).result()
    worker.close()
    worker = StoreWorker.open(path)
    worker.submit(lambda store: talk(store, "newer", "newer")).result()
    worker.close()
    return path


def titles(path):
    worker = StoreWorker.open(path)
    try:
        return {line.title for line in worker.submit(lambda store: store.conversations.list()).result()}
    finally:
        worker.close()


def garbage(path):
    path.write_bytes(b"garbage" * 9000)


def nothing(path):
    path.write_bytes(b"")


def random_page(path):
    whole = path.read_bytes()
    texts = [at for at in range(0, len(whole), 4096) if whole[at : at + 4096].count(b"x" * 600) > 3]
    with path.open("r+b") as file:
        file.seek(texts[len(texts) // 2])
        file.write(os.urandom(4096))


def foreign_journal(path):
    """Of a store that is much larger, so that its pages fit nowhere."""
    other = path.parent.parent / "other"
    worker = StoreWorker.open(store_with_a_backup(other))
    worker.submit(lambda store: talk(store, "large", replies=["z" * 900] * 300)).result()
    worker.close()
    worker = StoreWorker.open(other / "data" / path.name)
    worker.submit(lambda store: talk(store, "elsewhere", replies=["y" * 900] * 30)).result()
    path.with_name(f"{path.name}-wal").write_bytes((other / "data" / f"{path.name}-wal").read_bytes())
    worker.close()


@pytest.mark.parametrize(
    ("damage", "way", "expected"),
    [
        (garbage, "way-restore", {"llamas", "barns"}),
        (nothing, "way-restore", {"llamas", "barns"}),
        (random_page, "way-salvage", {"llamas", "barns", "newer"}),
        (foreign_journal, "way-salvage", {"llamas", "barns", "newer"}),
        (garbage, "way-start-over", set()),
    ],
    ids=["s09-garbage", "s09-0-bytes", "s08-page", "s10-other-wal", "s09-start-over"],
)
def test_the_conversations_are_back_in_the_real_window(tmp_path, damage, way, expected):
    path = store_with_a_backup(tmp_path / "home")
    damage(path)
    damaged = path.read_bytes()
    result = start_app(tmp_path / "home", DRIVE.format(way=way, expect=bool(expected)))
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert f"real window: {bool(expected)}" in result.stdout
    assert f"The store holds {len(expected)} conversations" in result.stdout
    assert titles(path) == expected
    assert any(damaged == kept.read_bytes() for kept in path.parent.glob(f"{path.name}.replaced-*"))


class ProblemWindow:
    """The window alone, over ways that end when the test says so."""

    def __init__(self, qtbot, problem, store, **services):
        self._qtbot = qtbot
        self._io = IoThread()
        self._bridge = Bridge(self._io)
        self.view_model = StartProblemViewModel(problem, store, [store], self._bridge, **services)
        provide(self.view_model)
        self.warnings = []
        self._engine = make_engine()
        self._engine.warnings.connect(lambda found: self.warnings.extend(w.toString() for w in found))
        self.view_model.look()
        self._engine.loadFromModule("OpenAssistant.App", "StartProblem")
        (self.root,) = self._engine.rootObjects()

    def close(self):
        delete(self._engine)
        self._bridge.close()
        self._io.close()

    def find(self, name):
        return next(iter(_named(self.root.contentItem(), name)), None)

    def focused(self, name):
        self._qtbot.waitUntil(
            lambda: (item := self.find(name)) is not None and item.hasActiveFocus(), timeout=30_000
        )

    def press(self, key):
        QTest.keyClick(self.root, key)

    def until(self, condition):
        self._qtbot.waitUntil(condition, timeout=30_000)


@pytest.fixture
def show_problem(qtbot, qapp, tmp_path):
    load_fonts()
    shown = []

    def show(problem, **services):
        shown.append(ProblemWindow(qtbot, problem, tmp_path / "store.sqlite3", **services))
        return shown[-1]

    yield show
    for window in shown:
        window.close()
    assert [warning for window in shown for warning in window.warnings] == []


WAYS = tuple(Way(kind, kind.title(), f"It is {kind}.") for kind in WayKind)
REPORT = Report(WayKind.RESTORE, "Now.", "Lost.", "Kept.", 1, 2, None, ())


async def found(_problem, _store):
    return WAYS


def test_s08_the_keys_walk_over_the_ways_and_escape_closes(show_problem):
    window = show_problem(StoreDamaged(None), look=found)
    window.focused("way-restore")
    window.press(Qt.Key.Key_Down)
    window.focused("way-salvage")
    window.press(Qt.Key.Key_Down)
    window.focused("way-start-over")
    window.press(Qt.Key.Key_Up)
    window.focused("way-salvage")
    window.press(Qt.Key.Key_Tab)
    window.press(Qt.Key.Key_Tab)
    window.focused("problemCopy")
    window.press(Qt.Key.Key_Tab)
    window.focused("problemClose")
    window.press(Qt.Key.Key_Escape)
    window.until(lambda: not window.root.isVisible())
    assert not window.view_model.wants_open


def test_s08_the_window_lives_while_a_way_is_taken(show_problem):
    gate = asyncio.Event()
    taken = []

    async def slowly(way, store):
        taken.append(way.kind)
        await gate.wait()
        return REPORT

    window = show_problem(StoreDamaged(None), look=found, take=slowly)
    window.focused("way-restore")
    window.press(Qt.Key.Key_Return)
    window.until(lambda: window.find("problemBusy") is not None)
    assert window.find("way-restore") is None
    assert window.find("problemOpen") is None
    window.view_model.take("salvage")
    assert window.find("problemClose").isEnabled()
    window._io.call_soon(gate.set)
    window.focused("problemOpen")
    assert taken == [WayKind.RESTORE]
    assert window.find("problemHint").property("text") == "Now. Lost."
    assert window.find("problemDetail").property("text") == "Kept."
    window.press(Qt.Key.Key_Return)
    window.until(lambda: not window.root.isVisible())
    assert window.view_model.wants_open


def test_s08_a_way_that_fails_says_why_and_the_ways_are_offered_again(show_problem):
    async def full(way, store):
        raise DiskFull

    window = show_problem(StoreDamaged(None), look=found, take=full)
    window.focused("way-restore")
    window.press(Qt.Key.Key_Return)
    window.until(lambda: window.find("problemFailure") is not None)
    assert "disk is full" in window.find("problemFailure").property("text")
    window.focused("way-restore")


def test_s11_a_newer_store_is_told_and_only_closing_is_offered(show_problem, tmp_path):
    window = show_problem(StoreNewer(tmp_path / "store.sqlite3", 12, 9))
    window.focused("problemClose")
    assert window.view_model.ways.rowCount() == 0
    assert "Update" in window.find("problemHint").property("text")
    assert "schema 12" in window.find("problemDetail").property("text")
