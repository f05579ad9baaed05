"""The engine's side of the template worker: start it early, ask it with a time limit, never trust it."""

import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from oa_desktop.engine.prompts.template_limits import RENDER_LIMIT_S

_PATIENCE_S: Final = RENDER_LIMIT_S + 1 if sys.platform == "win32" else 30
"""For an answer. Except on Windows the worker counts its own seconds, of work and not of waiting."""
_START_PATIENCE_S: Final = 30
_HALF_CHARACTERS: Final = re.compile("[\ud800-\udfff]")
_LINE_LIMIT: Final = 64 * 1024 * 1024
FROZEN_FLAG: Final = "--template-worker"
"""What a frozen app is started with to be the worker."""


class TemplateViolation(Exception):
    """The template broke a limit or a rule of the sandbox; it is not to be run again."""


class TemplateRejected(Exception):
    """The template works, but refuses these messages: its own words."""


class TemplateBroken(TemplateRejected):
    """The template cannot render these messages, or any: a syntax error, a missing name, a wrong type."""


class TemplateProcess:
    """One worker. Start it before the engine locks itself in; afterwards it cannot be started again.

    Not for two threads at once. Its reading thread starts with the first question, so it is locked in too.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._child = subprocess.Popen(
            command or worker_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._reader: threading.Thread | None = None

    def render(self, job: dict[str, Any]) -> str:
        """The rendered text.

        Raises: TemplateViolation (the worker is closed then), TemplateRejected, TemplateBroken.
        """
        patience_s = _PATIENCE_S
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="template-answers", daemon=True)
            self._reader.start()
            patience_s += _START_PATIENCE_S  # it may still be importing; its own clock starts with the job
        answer = self._ask(json.dumps(job).encode() + b"\n", patience_s)
        if "text" in answer:
            return _encodable(answer["text"])
        message = _encodable(answer.get("message", ""))
        match answer.get("error"):
            case "rejected":
                raise TemplateRejected(message)
            case "broken":
                raise TemplateBroken(message)
            case _:
                self.close()
                raise TemplateViolation(message)

    def close(self) -> None:
        """End the worker. Where the engine may no longer signal it, its closed stdin and its limit end it."""
        with suppress(OSError):
            self._child.kill()
        if self._child.stdin is not None:
            with suppress(OSError):
                self._child.stdin.close()
        threading.Thread(target=self._child.wait, name="template-reaper", daemon=True).start()

    @property
    def running(self) -> bool:
        """Whether there is a worker to ask."""
        return self._child.poll() is None

    def _ask(self, line: bytes, patience_s: int) -> dict[str, Any]:
        try:
            stdin = self._child.stdin
            if stdin is None:
                return {}
            stdin.write(line)
            stdin.flush()
            answer = json.loads(self._answer(patience_s))
        except (OSError, ValueError, queue.Empty):
            return _violation(f"it did not finish within {RENDER_LIMIT_S} seconds or used too much memory")
        return answer if isinstance(answer, dict) else _violation("its answer makes no sense")

    def _answer(self, patience_s: int) -> bytes:
        """Waited for second by second: where both were frozen meanwhile, that is one. Raises: queue.Empty."""
        for _ in range(patience_s - 1):
            with suppress(queue.Empty):
                return self._answers.get(timeout=1)
        return self._answers.get(timeout=1)

    def _read(self) -> None:
        stdout = self._child.stdout
        while stdout is not None:
            line = stdout.readline(_LINE_LIMIT)
            self._answers.put(line)
            if not line.endswith(b"\n"):
                return


def _encodable(said: object) -> str:
    """A template can write half a character, `{{ '\\ud800' }}`, which no tokenizer and no answer can hold."""
    return _HALF_CHARACTERS.sub("\ufffd", str(said))


def worker_command() -> tuple[str, ...]:
    """What starts a worker."""
    if getattr(sys, "frozen", False):
        return (sys.executable, FROZEN_FLAG)
    return (sys.executable, "-m", "oa_desktop.engine.prompts.template_worker")


def _violation(message: str) -> dict[str, Any]:
    return {"error": "violation", "message": message}
