"""What binds the engine to its parent: it gets its token on stdin, and ends when that closes."""

import ctypes
import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from oa_desktop.errors import EngineError

GRACE_S: Final = 1.5
"""The most that a last act may take. Who closed stdin waits for two seconds before they insist."""
_STDIN: Final = 0
_LINE_LIMIT: Final = 4096
_SHORTEST_TOKEN: Final = 16
_OOM_SCORE: Final = "500"
_PR_SET_PDEATHSIG: Final = 1
_SIGKILL: Final = 9

_log = logging.getLogger(__name__)


def read_token() -> str:
    """The token of the first line on stdin, `{"token": "..."}`. Raises: EngineError."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < _LINE_LIMIT:
        byte = os.read(_STDIN, 1)
        if not byte:
            break
        line += byte
    try:
        token = json.loads(line)["token"]
    except (ValueError, KeyError, TypeError):
        token = None
    if not _is_usable(token):
        raise EngineError(
            "no-token",
            "The engine was started without a token.",
            hint='The first line on its standard input must be {"token": "..."}, 16 characters or more.',
        )
    return str(token)


def _is_usable(token: object) -> bool:
    return (
        isinstance(token, str) and len(token) >= _SHORTEST_TOKEN and token.isascii() and token.isprintable()
    )


class Lifeline:
    """Stdin, whose closing ends this process, whatever it is doing: at once, or after a last act.

    last_act: called from a thread of its own. The process ends when it returns or raises, or after GRACE_S.
    """

    def __init__(self, last_act: Callable[[], None] | None = None) -> None:
        self.last_act = last_act

    def watch(self) -> None:
        """From now on."""
        threading.Thread(target=self._watch_stdin, name="lifeline", daemon=True).start()

    def _watch_stdin(self) -> None:
        while True:
            try:
                if not os.read(_STDIN, _LINE_LIMIT):
                    break
            except OSError:
                break
        self._end()

    def _end(self) -> None:
        try:
            if self.last_act is not None:
                limit = threading.Timer(GRACE_S, os._exit, (0,))
                limit.daemon = True
                limit.start()
                self.last_act()
        except Exception:
            _log.exception("the last act of the engine failed")
        finally:
            os._exit(0)


def prepare_process() -> None:
    """Leave no core file; on Linux die with the parent's thread and be the first to go when memory runs out.

    The kernel's death signal is the second wall behind stdin, for a pipe that some other process holds open.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the token and conversations
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        try:
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
        except OSError:
            return
