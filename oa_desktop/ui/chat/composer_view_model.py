"""The box one types in: a draft per conversation, how many replies, which preset, which language."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.conversation.message import Message, TreeId
from oa_desktop.errors import OaError
from oa_desktop.services.presets import PRESETS
from oa_desktop.store.worker import StoreWorker
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.asking import Asking
from oa_desktop.ui.chat.composer_props import ComposerInputs, ComposerProps, derive_composer_props
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.chat.languages import LANGUAGES
from oa_desktop.ui.chat.session import ChatSession
from oa_desktop.ui.chat.thread_lines import answers_reply
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

DRAFT_SAVE_MS = 700


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu of the box."""

    key: str
    title: str
    detail: str = ""


@QmlElement
@QmlSingleton
class ComposerViewModel(QObject):
    """Typed text leaves the box only once it is on disk."""

    draftChanged = Signal()
    canSendChanged = Signal()
    busyChanged = Signal()
    readOnlyChanged = Signal()
    repliesChanged = Signal()
    repliesTextChanged = Signal()
    presetChanged = Signal()
    languageChanged = Signal()
    languageTextChanged = Signal()
    languageAutoChanged = Signal()
    hintChanged = Signal()
    enterSendsChanged = Signal()

    def __init__(
        self,
        bridge: Bridge,
        worker: StoreWorker,
        session: ChatSession,
        generations: Generations,
        asking: Asking,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._worker = worker
        self._session = session
        self._generations = generations
        self._asking = asking
        self._preferences = preferences
        self._drafts: dict[TreeId | None, str] = {}
        self._sent = ""
        self._props = ComposerProps()
        self._presets = RowsModel(Choice, self)
        self._presets.set_rows(
            [Choice(preset.name, preset.name, preset.title) for preset in PRESETS.values()]
        )
        self._languages = RowsModel(Choice, self)
        self._languages.set_rows([Choice(code, name, code) for code, name in LANGUAGES.items()])
        self._save = QTimer(self, interval=DRAFT_SAVE_MS, singleShot=True)
        self._save.timeout.connect(self._save_draft)
        self._unsaved: TreeId | None = None
        session.opened.connect(self._opened)
        session.changed.connect(self._update)
        session.prompt_stored.connect(self._prompt_stored)
        asking.waiting_changed.connect(self._update)
        preferences.changed.connect(self._update)
        self._update()

    @staticmethod
    def create(_engine: QQmlEngine) -> "ComposerViewModel":
        """The instance wiring made."""
        return provided(ComposerViewModel)

    @Property(str, notify=draftChanged)
    def draft(self) -> str:
        return self._props.draft

    @Property(bool, notify=canSendChanged)
    def canSend(self) -> bool:
        return self._props.can_send

    @Property(bool, notify=busyChanged)
    def busy(self) -> bool:
        return self._props.busy

    @Property(bool, notify=readOnlyChanged)
    def readOnly(self) -> bool:
        return self._props.read_only

    @Property(int, notify=repliesChanged)
    def replies(self) -> int:
        return self._props.replies

    @Property(str, notify=repliesTextChanged)
    def repliesText(self) -> str:
        return self._props.replies_text

    @Property(str, notify=presetChanged)
    def preset(self) -> str:
        return self._props.preset

    @Property(str, notify=languageChanged)
    def language(self) -> str:
        return self._props.language

    @Property(str, notify=languageTextChanged)
    def languageText(self) -> str:
        return self._props.language_text

    @Property(bool, notify=languageAutoChanged)
    def languageAuto(self) -> bool:
        return self._props.language_auto

    @Property(str, notify=hintChanged)
    def hint(self) -> str:
        return self._props.hint

    @Property(bool, notify=enterSendsChanged)
    def enterSends(self) -> bool:
        return self._props.enter_sends

    @Property(QObject, constant=True)
    def presets(self) -> QObject:
        return self._presets

    @Property(QObject, constant=True)
    def languages(self) -> QObject:
        return self._languages

    @Slot(str)
    def setDraft(self, text: str) -> None:
        tree_id = self._session.tree_id
        if text == self._drafts.get(tree_id, ""):
            return
        self._drafts[tree_id] = text
        self._unsaved = tree_id
        self._save.start()
        self._update()

    @Slot()
    def send(self) -> None:
        if self._props.can_send:
            self._sent = self._props.draft
            self._update()
            self._session.send(self._sent, self._props.language, self._not_sent)

    @Slot(int)
    def setReplies(self, count: int) -> None:
        self._preferences.set("replies", max(1, min(8, count)))

    @Slot(str)
    def setPreset(self, name: str) -> None:
        self._asking.choose_preset(name)

    @Slot(str)
    def setLanguage(self, code: str) -> None:
        """A language code; empty: guess from the text."""
        self._preferences.set("language_hint", code)

    def flush(self) -> None:
        """Write a draft that waits to be written."""
        if self._save.isActive():
            self._save.stop()
            self._save_draft()

    def _opened(self) -> None:
        current = self._session.current
        if current is not None:
            self._drafts.setdefault(current.tree_id, current.conversation.draft)
        self._update()

    def _prompt_stored(self, prompt: Message) -> None:
        self._asking.ask(prompt)
        if self._sent:
            for tree_id in (None, prompt.tree_id):
                typed = self._drafts.get(tree_id, "")
                if typed.startswith(self._sent):
                    self._drafts[tree_id] = typed[len(self._sent) :]
            self._sent = ""
            self._unsaved = prompt.tree_id
            self._save.start()
        self._update()

    def _not_sent(self, _error: OaError) -> None:
        self._sent = ""
        self._update()

    def _save_draft(self) -> None:
        tree_id, self._unsaved = self._unsaved, None
        if tree_id is not None and not self._worker.read_only:
            draft = self._drafts.get(tree_id, "")
            work = self._worker.run(lambda store: store.conversations.set_draft(tree_id, draft))
            self._bridge.run(work, lambda _: None, lambda _: None)

    def _update(self, *_: object) -> None:
        current, settings = self._session.current, self._preferences.settings
        tree_id = self._session.tree_id
        waiting = tree_id is not None and self._asking.is_waiting(tree_id)
        busy = waiting or (tree_id is not None and self._generations.is_running(tree_id))
        inputs = ComposerInputs(
            draft=self._drafts.get(tree_id, ""),
            sending=bool(self._sent),
            busy=busy,
            waiting=waiting,
            read_only=self._worker.read_only,
            replies=settings.replies,
            preset=self._asking.settings.preset,
            language=settings.language_hint,
            conversation_language=current.tree.root.lang if current else None,
            answers_reply=answers_reply(current) if current and not busy else 0,
            enter_sends=settings.enter_sends,
        )
        before, self._props = self._props, derive_composer_props(inputs)
        notify_changes(self, before, self._props)
