"""The person's token for the hub: given once, kept in the system's keyring, never shown."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.services.downloads.hub_search import HubSearch
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.provided import provided
from oa_desktop.ui.snapshots import notify_changes

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TokenProps:
    """place: where a token is kept, `environment`, `keyring` or nowhere. note: whose it is, or trouble."""

    place: str = ""
    note: str = ""
    busy: bool = False


@QmlElement
@QmlSingleton
class TokenViewModel(QObject):
    """The token itself goes from the field to the keyring and stays nowhere between."""

    placeChanged = Signal()
    noteChanged = Signal()
    busyChanged = Signal()
    kept = Signal()

    def __init__(self, bridge: Bridge, search: HubSearch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._search = search
        self._props = TokenProps()

    @staticmethod
    def create(_engine: QQmlEngine) -> "TokenViewModel":
        """The instance wiring made."""
        return provided(TokenViewModel)

    @Property(str, notify=placeChanged)
    def place(self) -> str:
        return self._props.place

    @Property(str, notify=noteChanged)
    def note(self) -> str:
        return self._props.note

    @Property(bool, notify=busyChanged)
    def busy(self) -> bool:
        return self._props.busy

    @Slot()
    def read(self) -> None:
        """Find out whether a token is kept; a keyring may ask the person to unlock it."""
        self._run(self._search.token_place, lambda place: self._publish(place=place))

    @Slot(str)
    def keep(self, token: str) -> None:
        """Keep a token in the system's keyring, if the hub knows it."""
        if token.strip():
            self._publish(busy=True, note="")
            self._run(lambda: self._search.keep_token(token), self._kept)

    @Slot()
    def forget(self) -> None:
        """Remove it from the keyring."""
        self._run(self._search.forget_token, self._forgotten)

    def _kept(self, name: str) -> None:
        self._publish(busy=False, note=f"Signed in as {name}." if name else "")
        self.read()
        self.kept.emit()

    def _forgotten(self, _: None) -> None:
        self._publish(note="")
        self.read()

    def _failed(self, error: OaError) -> None:
        self._publish(busy=False, note=error.sentence)

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        async def ask() -> T:
            return await asyncio.to_thread(work)

        self._bridge.run(ask(), done, self._failed)

    def _publish(self, **changes: Any) -> None:
        before, self._props = self._props, replace(self._props, **changes)
        notify_changes(self, before, self._props)
