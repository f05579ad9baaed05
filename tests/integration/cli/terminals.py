"""A person at a terminal: types, reads, presses Ctrl+C."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path
from time import monotonic

SLOW_APP = Path(__file__).with_name("slow_app.py")
PATIENCE_S = 60.0


def _as_a_shell_would() -> None:
    """The terminal is its own, and Ctrl+C is not ignored, as it is by what runs in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A command on a terminal of its own, with an engine that takes its time."""

    def __init__(self, environment: dict[str, str], *arguments: object) -> None:
        self._ours, theirs = pty.openpty()
        self._read = 0
        self.shown = ""
        self.process = subprocess.Popen(
            [sys.executable, str(SLOW_APP), *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_as_a_shell_would,
            env={**environment, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        os.close(theirs)

    def until(self, text: str) -> None:
        """Read until this text appears after what was waited for before."""
        deadline_s = monotonic() + PATIENCE_S
        while text not in self.shown[self._read :]:
            assert monotonic() < deadline_s, self.shown
            assert self._pump() or text in self.shown[self._read :], self.shown
        self._read = self.shown.index(text, self._read) + len(text)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def press_ctrl_c(self) -> None:
        self.type("\x03")

    def end(self) -> int:
        """Read what is left; the exit code."""
        deadline_s = monotonic() + PATIENCE_S
        while self._pump():
            assert monotonic() < deadline_s, self.shown
        code = self.process.wait(PATIENCE_S)
        os.close(self._ours)
        assert "Traceback" not in self.shown, self.shown
        return code

    def _pump(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 1.0)
        if not ready:
            return True
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # Linux: nobody has the other end open any more
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
