"""The window's start page for a store that cannot be opened, in each of its states, for `shots.py`."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from shiboken6 import delete
from shot_studio import SETTLE_MS

from oa_desktop.errors import OaError
from oa_desktop.services.recovery import Report, Way, WayKind, ways_out
from oa_desktop.store.errors import DiskFull, StoreDamaged, StoreNewer
from oa_desktop.ui.app import make_engine
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.io_thread import IoThread
from oa_desktop.ui.provided import provide
from oa_desktop.ui.start_problem_view_model import Look, StartProblemViewModel, Take

STORE = Path("/home/ida/.local/share/oa-desktop/store.sqlite3")
DAMAGED = StoreDamaged(STORE, "row 5 missing from index", Path(f"{STORE}.corrupt-20261122T091502Z"))
WAYS = (
    Way(
        WayKind.RESTORE,
        "Restore the backup of 21 November 2026",
        "It holds 41 conversations with 1,203 messages; the damaged file still has 12 newer messages.",
    ),
    Way(
        WayKind.SALVAGE,
        "Read out what is left",
        "Of the damaged file, 41 conversations with 1,188 messages can be read; 27 messages cannot.",
    ),
    Way(
        WayKind.START_OVER,
        "Start with an empty store",
        "Earlier conversations are not in it; the old files and the backups stay.",
    ),
)
RESTORED = Report(
    WayKind.RESTORE,
    "The store holds 41 conversations with 1,203 messages now.",
    "12 newer messages are missing, but still in the old file.",
    f"The old file is kept as {STORE.name}.replaced-20261122T091544.201733 in {STORE.parent}.",
    41,
    1203,
    12,
    (),
)


async def found(_problem: OaError, _store: Path) -> tuple[Way, ...]:
    return WAYS


async def not_yet(*_: object) -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


async def restored(_way: Way, _store: Path) -> Report:
    return RESTORED


async def no_room(_way: Way, _store: Path) -> Report:
    raise DiskFull


START_PROBLEMS: Mapping[str, tuple[OaError, Look, Take | None]] = {
    "start-problem-newer": (StoreNewer(STORE, 12, 9), ways_out, None),
    "start-problem-looking": (DAMAGED, not_yet, None),
    "start-problem": (DAMAGED, found, None),
    "start-problem-working": (DAMAGED, found, not_yet),
    "start-problem-failed": (DAMAGED, found, no_room),
    "start-problem-done": (DAMAGED, found, restored),
}


def settle() -> None:
    """Show what is there, and let the other threads work, which `qWait` does not."""
    for _ in range(20):
        QGuiApplication.processEvents()
        time.sleep(SETTLE_MS / 20_000)


def shoot_start_problem(folder: Path, name: str, theme: str) -> None:
    """take: what happens once the first way is taken; None to leave it at the offer."""
    problem, look, take = START_PROBLEMS[name]
    io = IoThread()
    bridge = Bridge(io)
    view_model = StartProblemViewModel(
        problem, STORE, [STORE, STORE.parent / "backups"], bridge, look=look, take=take or not_yet
    )
    provide(view_model)
    engine = make_engine()
    engine.singletonInstance("OpenAssistant.Theme", "Theme").setProperty("mode", theme)
    view_model.look()
    engine.loadFromModule("OpenAssistant.App", "StartProblem")
    window = engine.rootObjects()[0]
    settle()
    if take is not None:
        QTest.keyClick(window, Qt.Key.Key_Return)
        settle()
    window.grabWindow().save(str(folder / f"{name}-{theme}.png"))
    print(folder / f"{name}-{theme}.png", flush=True)
    delete(engine)
    bridge.close()
    io.close()
