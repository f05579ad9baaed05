"""A prompt as a model will really read it, rendered by an engine of its own and shown piece by piece."""

import asyncio
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.client.chat_request import Message
from oa_desktop.gguf.errors import printable
from oa_desktop.services.prompt_preview import Preview, PreviewPiece, render_preview
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.numbers import number
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

SAMPLE = (
    ("user", "What is a barn?"),
    ("assistant", "A building for grain and animals."),
    ("user", "And the word?"),
)
"""Every kind of turn, and the beginning of an answer."""
SHOWN_CHARACTERS = 2000
"""Of one piece."""


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A stretch of the prompt on one line. kind: token, format or message."""

    key: str
    text: str
    kind: str
    tip: str


@dataclass(frozen=True, slots=True)
class PreviewProps:
    """text: the prompt as one text. note: how long it is. warning: what the engine has to say of it."""

    text: str = ""
    note: str = ""
    warning: str = ""
    busy: bool = False


@QmlElement
@QmlSingleton
class PromptPreviewViewModel(QObject):
    """Only the newest wish is rendered to its end."""

    textChanged = Signal()
    noteChanged = Signal()
    warningChanged = Signal()
    busyChanged = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._wanted = threading.Event()
        self._props = PreviewProps()
        self._pieces = RowsModel(PieceRow, self)

    @staticmethod
    def create(_engine: QQmlEngine) -> "PromptPreviewViewModel":
        """The instance wiring made."""
        return provided(PromptPreviewViewModel)

    @Property(QObject, constant=True)
    def pieces(self) -> QObject:
        return self._pieces

    @Property(str, notify=textChanged)
    def text(self) -> str:
        return self._props.text

    @Property(str, notify=noteChanged)
    def note(self) -> str:
        return self._props.note

    @Property(str, notify=warningChanged)
    def warning(self) -> str:
        return self._props.warning

    @Property(bool, notify=busyChanged)
    def busy(self) -> bool:
        return self._props.busy

    def render(self, model: Path, prompt_format: str | None, system_prompt: str) -> None:
        """Show a short talk as this model reads it in this format; None: in the one it was recognised by."""
        self._wanted.set()
        cancelled = self._wanted = threading.Event()
        messages = _talk(system_prompt)

        async def ask() -> Preview:
            return await asyncio.to_thread(
                lambda: render_preview(model, prompt_format, messages, cancelled=cancelled)
            )

        self._publish(busy=True)
        self._bridge.run(ask(), lambda preview: self._rendered(cancelled, preview), lambda _: None)

    def close(self) -> None:
        """Nobody looks any more."""
        self._wanted.set()
        self._pieces.set_rows(())
        self._publish(text="", note="", warning="", busy=False)

    def _rendered(self, cancelled: threading.Event, preview: Preview) -> None:
        if cancelled.is_set():
            return
        self._pieces.set_rows([_row(*numbered) for numbered in enumerate(preview.pieces)])
        counted = f"{number(preview.tokens)} tokens." if preview.tokens else ""
        warning = " ".join(printable(note, 300) for note in preview.notes)
        self._publish(text=preview.text, note=counted, warning=warning, busy=False)

    def _publish(self, **changes: Any) -> None:
        before, self._props = self._props, replace(self._props, **changes)
        notify_changes(self, before, self._props)


def _talk(system_prompt: str) -> list[Message]:
    told: list[Message] = [{"role": "system", "content": system_prompt}] if system_prompt.strip() else []
    return told + [{"role": role, "content": content} for role, content in SAMPLE]


def _row(place: int, piece: PreviewPiece) -> PieceRow:
    kind = "token" if piece.token is not None else "message" if piece.is_message else "format"
    tip = f"One token of the model: {piece.token}" if piece.token is not None else ""
    text = "".join(char if char.isprintable() else "↵" if char == "\n" else "�" for char in piece.text)
    return PieceRow(str(place), text[:SHOWN_CHARACTERS], kind, tip)
