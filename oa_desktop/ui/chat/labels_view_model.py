"""The labels panel: every label the format knows for one message, and the reactions."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.feedback import Emoji
from oa_desktop.conversation.labels import SPECS, Label, LabelSpec, Widget, labels_for
from oa_desktop.conversation.message import MessageId, Role
from oa_desktop.ui.chat.judging import Judging
from oa_desktop.ui.chat.reply_row import EMOJI_CHARACTERS, SCALE_STEPS, dots, value_of_dots
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

NO, YES = 1, 2


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label. value: dots from 1 to 5 for a scale, 1 no and 2 yes otherwise; 0 = not said."""

    key: str
    widget: str
    title: str
    low: str
    high: str
    value: int


@dataclass(frozen=True, slots=True)
class ReactionRow:
    """One reaction a person can give."""

    key: str
    character: str
    name: str
    present: bool


@dataclass(frozen=True, slots=True)
class LabelsProps:
    """Which message the panel is about; closed when there is none."""

    message_id: str = ""
    is_open: bool = False
    heading: str = ""


@QmlElement
@QmlSingleton
class LabelsViewModel(QObject):
    """Every change is stored as it is made; there is nothing to submit."""

    messageIdChanged = Signal()
    isOpenChanged = Signal()
    headingChanged = Signal()

    def __init__(self, session: ChatSession, judging: Judging, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._judging = judging
        self._props = LabelsProps()
        self._labels = RowsModel(LabelRow, self)
        self._reactions = RowsModel(ReactionRow, self)
        session.changed.connect(self._update)

    @staticmethod
    def create(_engine: QQmlEngine) -> "LabelsViewModel":
        """The instance wiring made."""
        return provided(LabelsViewModel)

    @Property(QObject, constant=True)
    def labels(self) -> QObject:
        return self._labels

    @Property(QObject, constant=True)
    def reactions(self) -> QObject:
        return self._reactions

    @Property(str, notify=messageIdChanged)
    def messageId(self) -> str:
        return self._props.message_id

    @Property(bool, notify=isOpenChanged)
    def isOpen(self) -> bool:
        return self._props.is_open

    @Property(str, notify=headingChanged)
    def heading(self) -> str:
        return self._props.heading

    @Slot(str)
    def open(self, message_id: str) -> None:
        """Show the labels of a message; of the same message again closes."""
        closes = message_id == self._props.message_id
        self._show("" if closes else message_id)

    @Slot()
    def close(self) -> None:
        self._show("")

    @Slot(str, str, int)
    def setLabel(self, message_id: str, label: str, value: int) -> None:
        """value: as in LabelRow."""
        spec = SPECS[Label(label)]
        self._judging.label(MessageId(message_id), spec.label, stored_value(spec, value))

    @Slot(str, str)
    def react(self, message_id: str, emoji: str) -> None:
        self._judging.react(MessageId(message_id), Emoji(emoji))

    def _update(self) -> None:
        current = self._session.current
        known = current is not None and self._props.message_id in current.tree
        self._show(self._props.message_id if known else "")

    def _show(self, message_id: str) -> None:
        current = self._session.current
        message = current.tree.messages.get(MessageId(message_id)) if current else None
        before = self._props
        if message is None or current is None:
            self._labels.set_rows(())
            self._reactions.set_rows(())
            self._props = LabelsProps()
        else:
            given = self._judging.labels(message.id)
            self._labels.set_rows(
                [label_row(spec, given.get(spec.label)) for spec in labels_for(message.role)]
            )
            present = self._judging.reactions(message.id)
            self._reactions.set_rows(
                [
                    ReactionRow(emoji, character, emoji.name.replace("_", " ").lower(), emoji in present)
                    for emoji, character in EMOJI_CHARACTERS.items()
                ]
            )
            number = [m.id for m in current.tree.siblings(message.id)].index(message.id) + 1
            who = "Reply" if message.role is Role.ASSISTANT else "Prompt"
            self._props = LabelsProps(message_id, is_open=True, heading=f"{who} {number}")
        notify_changes(self, before, self._props)


def label_row(spec: LabelSpec, stored: float | None) -> LabelRow:
    """One label with the value a person gave it, if any."""
    if stored is None:
        value = 0
    elif spec.widget is Widget.SCALE:
        value = dots(spec.position(stored))
    else:
        value = YES if stored >= 0.5 else NO
    return LabelRow(spec.label.value, spec.widget.value, spec.title, spec.low, spec.high, value)


def stored_value(spec: LabelSpec, value: int) -> float | None:
    """What to store for a value of the panel; None takes the label back."""
    if spec.widget is Widget.SCALE:
        position = value_of_dots(min(value, SCALE_STEPS))
        return None if position is None else spec.stored(position)
    return {NO: 0.0, YES: 1.0}.get(value)
