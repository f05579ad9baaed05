"""The hub search of the models page. Nothing is asked before a person presses Enter or a button."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.endpoint import offline_variable
from oa_desktop.hub.errors import HubOffline
from oa_desktop.services.downloads.getting import Wanted
from oa_desktop.services.downloads.hub_search import SORTS, Found, HubSearch
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.fit.estimate import largest_model_bytes
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.getting_view_model import GettingViewModel
from oa_desktop.ui.library.hub_rows import HubRow, hub_row
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.opened_repos import OpenedRepos
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

if TYPE_CHECKING:
    from oa_desktop.hub.repos import FoundRepo

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class SearchProps:
    """state: empty before a search, then loading, results, nothing, or failed. asked: the search."""

    state: str = ""
    asked: str = ""
    problem: str = ""
    hint: str = ""
    offline: bool = False
    sort: int = 0
    only_fits: bool = False
    stay_offline: bool = False


@QmlElement
@QmlSingleton
class HubSearchViewModel(QObject):
    """Results, one repository a row; a row that is opened asks for its files."""

    stateChanged = Signal()
    askedChanged = Signal()
    problemChanged = Signal()
    hintChanged = Signal()
    offlineChanged = Signal()
    sortChanged = Signal()
    onlyFitsChanged = Signal()
    stayOfflineChanged = Signal()

    def __init__(
        self,
        bridge: Bridge,
        search: HubSearch,
        local: LocalModels,
        getting: GettingViewModel,
        preferences: Preferences,
        endpoint: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._search = search
        self._local = local
        self._getting = getting
        self._preferences = preferences
        self._endpoint = endpoint
        self._props = SearchProps(stay_offline=preferences.settings.offline)
        self._attempt = 0
        self._found: tuple[FoundRepo, ...] = ()
        self._opened = OpenedRepos(bridge, search, local, preferences, self)
        self._rows = RowsModel(HubRow, self)
        getting.changed.connect(self._show)
        self._opened.changed.connect(self._show)
        preferences.changed.connect(self._preferred)

    @staticmethod
    def create(_engine: QQmlEngine) -> "HubSearchViewModel":
        """The instance wiring made."""
        return provided(HubSearchViewModel)

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    @Property(str, constant=True)
    def host(self) -> str:
        """Where a search goes, as a person reads it."""
        return self._endpoint.partition("//")[2]

    @Property(str, constant=True)
    def tokensPage(self) -> str:
        """Where a person makes a token."""
        return f"{self._endpoint}/settings/tokens"

    @Property(str, constant=True)
    def offlineVariable(self) -> str:
        """The variable of the environment that keeps the app off the network, whatever is set here."""
        return offline_variable()

    @Property(str, notify=stateChanged)
    def state(self) -> str:
        return self._props.state

    @Property(str, notify=askedChanged)
    def asked(self) -> str:
        return self._props.asked

    @Property(str, notify=problemChanged)
    def problem(self) -> str:
        return self._props.problem

    @Property(str, notify=hintChanged)
    def hint(self) -> str:
        return self._props.hint

    @Property(bool, notify=offlineChanged)
    def offline(self) -> bool:
        return self._props.offline

    @Property(int, notify=sortChanged)
    def sort(self) -> int:
        """The place of the order among downloads, likes, date."""
        return self._props.sort

    @Property(bool, notify=onlyFitsChanged)
    def onlyFits(self) -> bool:
        return self._props.only_fits

    @Property(bool, notify=stayOfflineChanged)
    def stayOffline(self) -> bool:
        """Whether a person keeps the app off the network."""
        return self._props.stay_offline

    @Slot(str)
    def ask(self, text: str) -> None:
        """Search the hub for words, or open the repository whose name or address this is."""
        text = " ".join(text.split())
        if not text:
            self.leave()
            return
        self._attempt += 1
        attempt, sort, largest = self._attempt, SORTS[self._props.sort], self._largest()
        self._found = ()
        self._opened.put_away()
        self._publish(state="loading", asked=text, problem="", hint="", offline=False)
        self._show()

        async def find() -> Found:
            return await asyncio.to_thread(lambda: self._search.find(text, sort=sort, largest_bytes=largest))

        self._bridge.run(
            find(),
            lambda found: self._arrived(attempt, found),
            lambda error: self._failed(attempt, error),
        )

    def close(self) -> None:
        """Give up what is still being read."""
        self._opened.close()

    @Slot()
    def again(self) -> None:
        self.ask(self._props.asked)

    @Slot()
    def leave(self) -> None:
        """Back to the catalogue."""
        self._attempt += 1
        self._found = ()
        self._opened.put_away()
        self._publish(state="", asked="", problem="", hint="", offline=False)
        self._show()

    @Slot(int)
    def setSort(self, place: int) -> None:
        if place != self._props.sort:
            self._publish(sort=place)
            self.again()

    @Slot(bool)
    def setOnlyFits(self, only: bool) -> None:
        if only != self._props.only_fits:
            self._publish(only_fits=only)
            self.again()

    @Slot()
    def goOnline(self) -> None:
        """Let the app on the network again, and search once more."""
        self.setStayOffline(False)
        self.again()

    @Slot(bool)
    def setStayOffline(self, offline: bool) -> None:
        """Keep the app off the network, or let it on again."""
        self._preferences.set("offline", offline)

    @Slot(str)
    def toggle(self, repo: str) -> None:
        """Show the files of a repository, or put them away."""
        if not self._opened.put_away(repo):
            self._opened.look(repo)
        self._show()

    @Slot(str)
    def look(self, repo: str) -> None:
        """Ask for the files of a repository."""
        self._opened.look(repo)

    @Slot(str, int)
    def chooseSize(self, repo: str, place: int) -> None:
        self._opened.choose(repo, place)

    @Slot(str)
    def download(self, repo: str) -> None:
        """Fetch the chosen file of a repository."""
        opened = self._opened.get(repo)
        if opened and opened.content and opened.choices:
            choice = opened.choices[opened.chosen]
            job = DownloadJob(
                repo,
                choice.parts,
                opened.content.details.commit,
                printable(repo.rpartition("/")[2], 160),
                choice.size_bytes or 0,
            )
            self._getting.get(Wanted(repo, choice.key, job.revision), job, None)

    def look_again(self) -> None:
        """A token was given: what was closed may be open now."""
        self._opened.look_again()

    def _preferred(self, _key: str) -> None:
        self._publish(stay_offline=self._preferences.settings.offline)

    def _arrived(self, attempt: int, found: Found) -> None:
        if attempt != self._attempt:
            return
        self._found = tuple({repo.id: repo for repo in found.repos}.values())
        self._publish(state="results" if self._found else "nothing")
        if found.opened is not None:
            self._opened.take(found.opened, found.reference)
        self._show()

    def _failed(self, attempt: int, error: OaError) -> None:
        if attempt == self._attempt:
            self._publish(
                state="failed",
                problem=error.title,
                hint=error.hint,
                offline=isinstance(error, HubOffline),
            )

    def _largest(self) -> int | None:
        machine = self._local.machine
        if not self._props.only_fits or machine is None:
            return None
        return largest_model_bytes(machine, self._preferences.settings)

    def _show(self) -> None:
        here, rows = self._getting.standings(), []
        for found in self._found:
            opened, fit = self._opened.get(found.id), self._opened.fit(found)
            rows.append(hub_row(found, f"{self._endpoint}/{found.id}", opened, fit, here))
        self._rows.set_rows(rows)

    def _publish(self, **changes: Any) -> None:
        before, self._props = self._props, replace(self._props, **changes)
        notify_changes(self, before, self._props)
