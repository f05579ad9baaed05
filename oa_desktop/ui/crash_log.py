"""Where bugs end: a log file on this machine, and one sentence in the window. No message text is logged."""

import faulthandler
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from oa_desktop.log_file import keep_log

log = logging.getLogger(__name__)


def start_log(folder: Path) -> None:
    """Log to files in this folder from now on, native crashes too; where they cannot be written, nothing."""
    keep_log(folder, logging.INFO)
    with suppress(OSError):
        # faulthandler writes to the descriptor, so the file stays open for as long as the program runs
        faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))


def catch_bugs(tell: Callable[[str], None]) -> None:
    """Log what no code expected and tell it in one sentence instead of ending the app."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unexpected failure", exc_info=(kind, error, trace))
        if issubclass(kind, Exception):
            tell(f"Something unexpected happened ({kind.__name__}).")
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = hook
