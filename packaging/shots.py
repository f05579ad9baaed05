"""Render every page and main state of the window to PNG files, light and dark.

    python packaging/shots.py DIR [NAME...]

Called by `dev.py shots DIR`.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import PySide6.QtQuick  # noqa: F401
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from shot_hub_search import SEARCH_STATES
from shot_models import MODEL_STATES
from shot_start_problems import START_PROBLEMS, shoot_start_problem
from shot_studio import DyingEngine, SampleEngine, Studio

from oa_desktop.client.errors import stopped
from oa_desktop.client.status import Halted, Starting
from oa_desktop.conversation.message import MessageId
from oa_desktop.ui.fonts import load_fonts

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


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder, wanted = Path(arguments[0]), set(arguments[1:])
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication([])
    load_fonts()
    for theme in ("light", "dark"):
        for state in (*STATES, *MODEL_STATES, *SEARCH_STATES):
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
