"""Opens the window: application object, fonts, store, wiring, QML. `run` returns when it is closed."""

import logging
import sys
from collections.abc import Sequence

import PySide6.QtQuick  # noqa: F401 - without it, items come to Python as bare QObjects
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtQml import QQmlApplicationEngine
from shiboken6 import delete

from oa_desktop.errors import OaError
from oa_desktop.paths import AppPaths, app_paths
from oa_desktop.settings_file import SettingsFile
from oa_desktop.store.errors import StoreInUse
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.crash_log import catch_bugs, start_log
from oa_desktop.ui.fonts import load_fonts
from oa_desktop.ui.io_thread import IoThread
from oa_desktop.ui.network_wall import DenyingNetworkFactory
from oa_desktop.ui.notices import Notice
from oa_desktop.ui.paste_guard import PasteGuard
from oa_desktop.ui.provided import provide
from oa_desktop.ui.quit_signals import QuitSignals
from oa_desktop.ui.resources import qml_root
from oa_desktop.ui.single_window import SingleWindow, raise_first_window
from oa_desktop.ui.start_problem_view_model import StartProblemViewModel
from oa_desktop.ui.window_place import WindowPlace
from oa_desktop.ui.wiring import Wiring

log = logging.getLogger(__name__)

_NETWORK_WALL = DenyingNetworkFactory()
"""The engine does not own its factory, so it lives as long as the program."""


def run(argv: Sequence[str]) -> int:
    """Open the window and stay until it is closed. 0: closed by the person; 1: the store cannot be opened."""
    application = QGuiApplication([sys.argv[0], *argv])
    application.setApplicationName("oa-desktop")
    application.setApplicationDisplayName("OpenAssistant Desktop")
    application.setDesktopFileName("oa-desktop")
    load_fonts()
    paths = app_paths()
    while True:
        try:
            paths.create()
            start_log(paths.logs)
            worker = StoreWorker.open(paths.store)
            break
        except StoreInUse as error:
            raised = raise_first_window(paths.store)
            print(error.title if raised else error.sentence, file=sys.stderr)  # noqa: T201
            return 0
        except OaError as error:
            if not _show_problem(application, error, paths):
                return 1
    try:
        return _show_window(application, paths, worker)
    finally:
        worker.close()


def make_engine() -> QQmlApplicationEngine:
    """A QML engine that finds our modules and reaches no network."""
    engine = QQmlApplicationEngine()
    engine.setNetworkAccessManagerFactory(_NETWORK_WALL)
    engine.addImportPath(str(qml_root()))
    return engine


def _show_window(application: QGuiApplication, paths: AppPaths, worker: StoreWorker) -> int:
    wiring = Wiring(paths, worker)
    catch_bugs(lambda sentence: wiring.notices.show(unexpected(sentence, paths)))
    signals = QuitSignals(wiring)
    first = SingleWindow(paths.store, wiring)
    first.raise_requested.connect(wiring.app.raiseRequested)
    engine = make_engine()
    try:
        window = load_window(engine, wiring)
        place = WindowPlace(window, paths.window, wiring) if isinstance(window, QWindow) else None
        wiring.start()
        code = application.exec()
        if place is not None:
            place.keep()
        return code
    finally:
        signals.close()
        first.close()
        delete(engine)  # what shows goes before what is shown
        wiring.close()


def load_window(engine: QQmlApplicationEngine, wiring: Wiring) -> QObject:
    """Load the window over what was wired. Raises RuntimeError when the QML cannot be loaded."""
    engine.loadFromModule("OpenAssistant.App", "Main")
    if not engine.rootObjects():
        raise RuntimeError("the window could not be made")
    window = engine.rootObjects()[0]
    PasteGuard(window, wiring.notices, wiring)
    return window


def unexpected(sentence: str, paths: AppPaths) -> Notice:
    """The banner of a bug."""
    return Notice(
        "unexpected", "error", sentence, f"What is saved is safe. Details: {paths.logs / 'app.log'}"
    )


def _show_problem(application: QGuiApplication, problem: OaError, paths: AppPaths) -> bool:
    """Say why the store does not open and what can be done. True: something was, and opening it is wanted."""
    log.error("cannot start: %s %s", problem.title, problem.detail)
    io = IoThread()
    bridge = Bridge(io)
    places = [path for path in (paths.store, paths.backups) if path.exists()]
    view_model = StartProblemViewModel(problem, paths.store, places, bridge)
    provide(view_model)
    engine = make_engine()
    theme = engine.singletonInstance("OpenAssistant.Theme", "Theme")
    if isinstance(theme, QObject):
        settings = SettingsFile(paths.settings).settings
        theme.setProperty("mode", settings.theme)
        theme.setProperty("textScale", settings.text_scale)
    view_model.look()
    engine.loadFromModule("OpenAssistant.App", "StartProblem")
    if engine.rootObjects():
        application.exec()
    delete(engine)
    bridge.close()
    io.close()
    if not view_model.wants_open:
        print(problem.sentence, file=sys.stderr)  # noqa: T201
    return view_model.wants_open
