"""What concerns the window as a whole: appearance, closing, links, and the list of its keys."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop import __version__
from oa_desktop.ui.blocks.links import describe
from oa_desktop.ui.chat.generations import Generations
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.shortcuts import SHORTCUTS, ShortcutRow
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

APP_NAME = "OpenAssistant Desktop"
ZOOM_STEP = 0.1


@dataclass(frozen=True, slots=True)
class AppProps:
    """What the window follows."""

    theme_mode: str = "system"
    text_scale: float = 1.0
    motion: str = "system"
    enter_sends: bool = True
    max_tokens: int = 1024
    drop_oldest: bool = True
    system_prompt: str = ""
    download_limit: float = 0.0
    may_close: bool = True


@QmlElement
@QmlSingleton
class AppViewModel(QObject):
    """Settings of the window, and whether it may close now."""

    themeModeChanged = Signal()
    textScaleChanged = Signal()
    motionChanged = Signal()
    enterSendsChanged = Signal()
    maxTokensChanged = Signal()
    dropOldestChanged = Signal()
    systemPromptChanged = Signal()
    downloadLimitChanged = Signal()
    mayCloseChanged = Signal()
    raiseRequested = Signal()
    linkQuestioned = Signal(str, str, bool)
    """Address, host, and whether the host looks like another one."""

    def __init__(
        self,
        preferences: Preferences,
        generations: Generations,
        *,
        read_only: bool,
        data_folder: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._generations = generations
        self._read_only = read_only
        self._data_folder = data_folder
        self._close_allowed = False
        self._shortcuts = RowsModel(ShortcutRow, self)
        self._shortcuts.set_rows(SHORTCUTS)
        self._props = AppProps()
        preferences.changed.connect(self._update)
        generations.replies_started.connect(self._update)
        generations.replies_ended.connect(self._update)
        self._update()

    @staticmethod
    def create(_engine: QQmlEngine) -> "AppViewModel":
        """The instance wiring made."""
        return provided(AppViewModel)

    @Property(str, constant=True)
    def name(self) -> str:
        return APP_NAME

    @Property(str, constant=True)
    def version(self) -> str:
        return __version__

    @Property(str, constant=True)
    def dataFolder(self) -> str:
        return self._data_folder

    @Property(bool, constant=True)
    def readOnly(self) -> bool:
        return self._read_only

    @Property(QObject, constant=True)
    def shortcuts(self) -> QObject:
        return self._shortcuts

    @Property(str, notify=themeModeChanged)
    def themeMode(self) -> str:
        return self._props.theme_mode

    @Property(float, notify=textScaleChanged)
    def textScale(self) -> float:
        return self._props.text_scale

    @Property(str, notify=motionChanged)
    def motion(self) -> str:
        return self._props.motion

    @Property(bool, notify=enterSendsChanged)
    def enterSends(self) -> bool:
        return self._props.enter_sends

    @Property(int, notify=maxTokensChanged)
    def maxTokens(self) -> int:
        return self._props.max_tokens

    @Property(bool, notify=dropOldestChanged)
    def dropOldest(self) -> bool:
        return self._props.drop_oldest

    @Property(str, notify=systemPromptChanged)
    def systemPrompt(self) -> str:
        return self._props.system_prompt

    @Property(float, notify=downloadLimitChanged)
    def downloadLimit(self) -> float:
        """Megabytes per second, 0 for none."""
        return self._props.download_limit

    @Property(bool, notify=mayCloseChanged)
    def mayClose(self) -> bool:
        return self._props.may_close

    @Slot(str)
    def setThemeMode(self, mode: str) -> None:
        self._preferences.set("theme", mode)

    @Slot(float)
    def setTextScale(self, scale: float) -> None:
        self._preferences.set("text_scale", round(min(max(scale, 0.7), 3.0), 2))

    @Slot(int)
    def zoom(self, step: int) -> None:
        """Text a step larger or smaller; 0 is back to normal."""
        self.setTextScale(self._props.text_scale + step * ZOOM_STEP if step else 1.0)

    @Slot(bool)
    def setEnterSends(self, enter_sends: bool) -> None:
        self._preferences.set("enter_sends", enter_sends)

    @Slot(int)
    def setMaxTokens(self, tokens: int) -> None:
        self._preferences.set("max_tokens", tokens)

    @Slot(bool)
    def setDropOldest(self, drop_oldest: bool) -> None:
        self._preferences.set("context_overflow", "drop-oldest" if drop_oldest else "stop")

    @Slot(str)
    def setSystemPrompt(self, text: str) -> None:
        self._preferences.set("system_prompt", text[:20_000])

    @Slot(float)
    def setDownloadLimit(self, megabytes: float) -> None:
        self._preferences.set("download_limit", megabytes)

    @Slot()
    def allowClose(self) -> None:
        """The person wants to close although replies are being written."""
        self._close_allowed = True
        self._update()

    @Slot(str)
    def considerLink(self, url: str) -> None:
        """A link in a message was pressed: ask before it opens, unless it must never open."""
        facts = describe(url)
        if facts is not None:
            self.linkQuestioned.emit(facts.url, facts.host, facts.suspicious)

    @Slot(str)
    def openLink(self, url: str) -> None:
        """Hand an address to the browser; only http, https and mailto ever are."""
        if describe(url) is not None:
            QDesktopServices.openUrl(QUrl(url))

    def _update(self, *_: object) -> None:
        settings = self._preferences.settings
        before = self._props
        self._props = AppProps(
            theme_mode=settings.theme,
            text_scale=settings.text_scale,
            motion=settings.motion,
            enter_sends=settings.enter_sends,
            max_tokens=settings.max_tokens,
            drop_oldest=settings.context_overflow == "drop-oldest",
            system_prompt=settings.system_prompt,
            download_limit=settings.download_limit,
            may_close=self._close_allowed or not self._generations.any_running(),
        )
        notify_changes(self, before, self._props)
