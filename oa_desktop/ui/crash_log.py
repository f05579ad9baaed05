"""Where bugs end: a log file on this machine, and one sentence in the window. No message text is logged."""

import faulthandler
import logging
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

LOG_BYTES = 1_000_000
KEPT_LOGS = 3

log = logging.getLogger(__name__)


def start_log(folder: Path) -> Path | None:
    """Log to a file in this folder from now on, native crashes too. None when it cannot be written."""
    path = folder / "app.log"
    try:
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=KEPT_LOGS, encoding="utf-8")
        native = (folder / "crash.log").open("a", encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    faulthandler.enable(native)
    return path


def catch_bugs(tell: Callable[[str], None]) -> None:
    """Log what no code expected and tell it in one sentence instead of ending the app."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unexpected failure", exc_info=(kind, error, trace))
        if issubclass(kind, Exception):
            tell(f"Something unexpected happened ({kind.__name__}).")
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = hook
