"""The engine's side of the start-up protocol: JSON lines on what was stdout, and nothing else there, ever."""

import json
import os
import sys
from typing import Any, Final

from oa_desktop.errors import OaError

PROTOCOL: Final = 1
_SMALLEST_STEP: Final = 0.01


class Announcements:
    """The channel to the parent. Libraries that print to stdout print to the log from here on."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._channel = os.dup(1)
        os.dup2(2, 1)
        self._announced = -1.0

    def loading(self, fraction: float) -> None:
        """How much of the model is read, 0 to 1."""
        if fraction - self._announced >= _SMALLEST_STEP:
            self._announced = fraction
            self._write({"loading": round(min(max(fraction, 0.0), 1.0), 3)})

    def hello(self, port: int, model: dict[str, Any], lockdown: dict[str, Any]) -> None:
        """The engine answers on `port` from now on."""
        self._write({"pid": os.getpid(), "port": port, "model": model, "lockdown": lockdown})

    def failed(self, error: OaError) -> None:
        """The engine cannot start, and why."""
        told = {"code": error.code, "title": error.title, "hint": error.hint, "detail": error.detail}
        self._write({"error": told})

    def _write(self, members: dict[str, Any]) -> None:
        line = json.dumps({"protocol": PROTOCOL, **members}).encode() + b"\n"
        while line:
            line = line[os.write(self._channel, line) :]
