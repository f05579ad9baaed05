"""See how a model would be asked, without loading it: the prompt of some messages, piece by piece.

A short-lived engine child reads nothing but the vocabulary and the template of the file.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.client.chat_request import Message


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
    tokens: how many the whole prompt has.   notices: sentences a person should read.
    trouble: why there is nothing to see, as a sentence; empty when there is.   cancelled: nobody wants it.
    """

    pieces: tuple[PreviewPiece, ...] = ()
    format: str = ""
    automatic: str = ""
    tokens: int = 0
    notices: tuple[str, ...] = ()
    trouble: str = ""
    cancelled: bool = False

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

    Takes about a third of a second; call it on a thread of its own. cancelled: set it to end the child.
    """
    raise NotImplementedError
