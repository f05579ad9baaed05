"""See how a model would be asked, without loading it: the prompt of some messages, piece by piece.

A short-lived engine child reads nothing but the vocabulary and the template of the file. Nothing is trusted
that comes back: the file is a stranger's, and so is its template.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from oa_desktop.client.chat_request import Message
from oa_desktop.client.environment import engine_command, engine_environment
from oa_desktop.errors import ModelError
from oa_desktop.gguf import read_header

PREVIEW_TIMEOUT_S: Final = 15.0
"""A template may take two seconds, and the largest vocabularies as long again to read."""
_AUTO: Final = "auto"
_LOOK_S: Final = 0.05
_SILENT: Final = "The engine could not show a prompt of this model."


@dataclass(frozen=True, slots=True)
class PreviewPiece:
    """A stretch of a prompt. token: the id where it is one special token of the vocabulary, else None.

    is_message: somebody's words, not the format's. The text may hold anything; show it as plain text.
    """

    text: str
    token: int | None = None
    is_message: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """How a prompt would look.

    format: the one in use, a family's name or "template".   automatic: the one the model gets unasked.
    tokens: how many the whole prompt has.
    notes: sentences a person should read; where there are no pieces they say why. Nothing at all: cancelled.
    """

    pieces: tuple[PreviewPiece, ...] = ()
    format: str = ""
    automatic: str = ""
    tokens: int = 0
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The prompt as one text."""
        return "".join(piece.text for piece in self.pieces)


def render_preview(
    model_path: Path,
    prompt_format: str | None,
    messages: Sequence[Message],
    *,
    cancelled: threading.Event | None = None,
) -> Preview:
    """The prompt of `messages` in a format; None: the one the engine would choose. Never raises.

    Takes a third of a second, with the largest vocabularies two: call it on a thread of its own.
    cancelled: set it to end the child.
    """
    job = {
        "model": str(model_path),
        "format": prompt_format or _AUTO,
        "messages": [dict(message) for message in messages],
    }
    try:
        answer = _asked(json.dumps(job).encode(), cancelled or threading.Event())
        return Preview() if answer is None else _preview(json.loads(answer))
    except TimeoutError:
        return Preview(notes=(f"{_SILENT} It took too long.",))
    except (OSError, ValueError, KeyError, TypeError):
        return Preview(notes=(_why_silent(model_path),))


def _asked(job: bytes, cancelled: threading.Event) -> bytes | None:
    """What the child wrote; None when nobody wants it any more. Raises: OSError, TimeoutError."""
    until_s = time.monotonic() + PREVIEW_TIMEOUT_S
    with subprocess.Popen(
        [*engine_command(), "--preview"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=engine_environment(),
        creationflags=_without_console(),
    ) as child:
        try:
            given: bytes | None = job
            while not cancelled.is_set():
                if time.monotonic() > until_s:
                    raise TimeoutError
                try:
                    return child.communicate(given, _LOOK_S)[0]
                except subprocess.TimeoutExpired:
                    given = None
            return None
        finally:
            child.kill()


def _without_console() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def _preview(members: dict[str, Any]) -> Preview:
    if "problem" in members:
        return Preview(notes=(str(members["problem"]),))
    return Preview(
        pieces=tuple(_piece(piece) for piece in members["pieces"]),
        format=str(members["format"]),
        automatic=str(members["automatic"]),
        tokens=int(members["tokens"]),
        notes=tuple(str(note) for note in members["notes"]),
    )


def _piece(members: dict[str, Any]) -> PreviewPiece:
    token = members["token"]
    return PreviewPiece(
        str(members["text"]), None if token is None else int(token), members["is_message"] is True
    )


def _why_silent(model_path: Path) -> str:
    """The child ended without a word: a file that is damaged or gone has its own sentence."""
    try:
        read_header(model_path)
    except ModelError as error:
        return error.sentence
    return _SILENT
