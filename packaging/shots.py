"""Render every page and main state of the window to PNG files, light and dark.

    python packaging/shots.py DIR [NAME...]

Called by `dev.py shots DIR`.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import PySide6.QtQuick  # noqa: F401
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from shiboken6 import delete
from shot_models import MODEL_STATES
from shot_studio import SETTLE_MS, DyingEngine, SampleEngine, Studio

from oa_desktop.client.errors import stopped
from oa_desktop.client.status import Halted, Starting
from oa_desktop.conversation.message import MessageId
from oa_desktop.errors import OaError
from oa_desktop.services.recovery import Report, Way, WayKind, ways_out
from oa_desktop.store.errors import DiskFull, StoreDamaged, StoreNewer
from oa_desktop.ui.app import make_engine
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.io_thread import IoThread
from oa_desktop.ui.provided import provide
from oa_desktop.ui.start_problem_view_model import Look, StartProblemViewModel, Take

Control = Qt.KeyboardModifier.ControlModifier


def first_run(studio: Studio) -> None:
    studio.wiring.engine.ref = "tour"
    studio.wiring.engine.status = Starting(0.4)
    studio.wiring.engine.changed.emit()
    studio.wiring.conversations.refresh()
    studio.wiring.models.refresh()
    studio.until(lambda: studio.wiring.conversations.loaded and bool(studio.wiring.models.models.rows))


def ask_again(studio: Studio, engine: SampleEngine) -> None:
    """Replies of this engine to a prompt that had others."""
    studio.fill()
    studio.open("tube")
    prompt = studio.wiring.session.current.tree.root
    studio.worker.submit(lambda store: store.messages.delete(MessageId("tube-1"))).result()
    studio.worker.submit(lambda store: store.messages.delete(MessageId("tube-2"))).result()
    studio.open("tube", prompt.id)
    studio.wiring.engine.engine = engine
    studio.wiring.asking.ask(prompt)
    studio.until(lambda: len(studio.wiring.session.current.tree) == 7)


def streaming(studio: Studio) -> None:
    ask_again(studio, SampleEngine())


def ranked(studio: Studio) -> None:
    studio.fill()
    studio.open("barn")


def single_reply(studio: Studio) -> None:
    studio.fill()
    studio.open("sorting")


def labels(studio: Studio) -> None:
    ranked(studio)
    studio.wiring.labels.open("barn-5")


def many_nodes(studio: Studio) -> None:
    studio.fill()
    studio.open("library")


def model_picker(studio: Studio) -> None:
    ranked(studio)
    studio.tour_runs()
    studio.wiring.models.refresh()
    studio.until(lambda: bool(studio.wiring.models.models.rows))
    studio.press(Qt.Key.Key_L, Control)


def loading(studio: Studio) -> None:
    studio.fill()
    studio.open("barn")
    studio.wiring.models.refresh()
    studio.until(lambda: bool(studio.wiring.models.models.rows))
    studio.wiring.engine.status = Starting(0.62)
    studio.wiring.engine.changed.emit()
    studio.press(Qt.Key.Key_L, Control)


def open_file(studio: Studio) -> None:
    ranked(studio)
    folder = studio.downloads()
    studio.wiring.models.requestFile()
    studio.wiring.open_file.setPath(f"{folder}/")
    studio.until(lambda: len(studio.wiring.open_file.entries.rows) > 1)


def engine_stopped(studio: Studio) -> None:
    ask_again(studio, DyingEngine())
    studio.until(lambda: not studio.wiring.generations.any_running())
    studio.wiring.engine.status = Halted(stopped(-9))
    studio.wiring.engine.engine = None
    studio.wiring.engine.changed.emit()


def search(studio: Studio) -> None:
    ranked(studio)
    studio.press(Qt.Key.Key_K, Control)
    for character in "barley":
        QTest.keyClick(studio.window, character)
    studio.until(lambda: any(row.message_id for row in studio.wiring.conversations.rows.rows))


def finding(studio: Studio) -> None:
    studio.fill()
    studio.open("seaside")
    studio.press(Qt.Key.Key_F, Control)
    for character in "read":
        QTest.keyClick(studio.window, character)
    studio.until(lambda: studio.wiring.find.row >= 0)
    studio.wiring.find.step(-1)


def long_text(studio: Studio) -> None:
    studio.fill()
    studio.open("garden")


def chinese(studio: Studio) -> None:
    studio.fill()
    studio.open("spring")


def arabic(studio: Studio) -> None:
    studio.fill()
    studio.open("coffee")


def left_out(studio: Studio) -> None:
    studio.fill()
    studio.open("seaside")


def editing(studio: Studio) -> None:
    studio.fill()
    studio.open("garden")
    studio.wiring.thread_view.editLastPrompt()


def settings(studio: Studio) -> None:
    ranked(studio)
    studio.press(Qt.Key.Key_Comma, Control)


def shortcuts(studio: Studio) -> None:
    ranked(studio)
    studio.press(Qt.Key.Key_Slash, Control)


def export(studio: Studio) -> None:
    ranked(studio)
    studio.press(Qt.Key.Key_E, Control)
    studio.wiring.export.setPath(str(Path.home() / "Etymology of barn.jsonl"))


def language_picker(studio: Studio) -> None:
    ranked(studio)
    studio.dialog("languagePicker").open()


def toast(studio: Studio) -> None:
    ranked(studio)
    studio.wiring.notices.toast("Conversation deleted.", "Undo")


def small_window(studio: Studio) -> None:
    studio.window.resize(1000, 640)
    ranked(studio)


def large_window(studio: Studio) -> None:
    studio.window.resize(2560, 1440)
    ranked(studio)


STATES: tuple[Callable[[Studio], None], ...] = (
    first_run,
    streaming,
    ranked,
    single_reply,
    labels,
    many_nodes,
    model_picker,
    loading,
    open_file,
    engine_stopped,
    search,
    finding,
    long_text,
    chinese,
    arabic,
    left_out,
    editing,
    settings,
    shortcuts,
    export,
    language_picker,
    toast,
    small_window,
    large_window,
)


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


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder, wanted = Path(arguments[0]), set(arguments[1:])
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication([])
    load_fonts()
    for theme in ("light", "dark"):
        for state in (*STATES, *MODEL_STATES):
            name = state.__name__.replace("_", "-")
            if wanted and name not in wanted:
                continue
            studio = Studio(folder, theme)
            try:
                state(studio)
                studio.shoot(name)
            finally:
                studio.close()
            print(folder / f"{name}-{theme}.png", flush=True)
        for name in START_PROBLEMS:
            if not wanted or name in wanted:
                shoot_start_problem(folder, name, theme)
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
