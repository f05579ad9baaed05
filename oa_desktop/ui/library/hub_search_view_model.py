"""The hub search of the models page. Nothing is asked before a person presses Enter or a button."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.errors import GatedRepo, HubBusy, HubOffline, HubUnreachable
from oa_desktop.services.download_jobs import DownloadJob
from oa_desktop.services.fit import estimate, largest_model_bytes
from oa_desktop.services.fit_report import FitReport, Verdict
from oa_desktop.services.getting import Wanted
from oa_desktop.services.hub_search import SORTS, Found, HubSearch, RepoContent
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.choices import of_repo, usual
from oa_desktop.ui.library.getting_view_model import GettingViewModel
from oa_desktop.ui.library.hub_rows import HubRow, Opened, hub_row
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

if TYPE_CHECKING:
    from oa_desktop.hub.repos import FoundRepo
    from oa_desktop.ui.library.row_state import Place

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1

T = TypeVar("T")
_SAYS_NOTHING = (HubUnreachable, HubBusy, HubOffline, GatedRepo)
"""About the file that was asked for."""


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
        self._opened: dict[str, Opened] = {}
        self._fits: dict[Place, FitReport] = {}
        self._rows = RowsModel(HubRow, self)
        getting.changed.connect(self._show)
        local.machine_changed.connect(self._show)
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
        self._found, self._opened = (), {}
        self._publish(state="loading", asked=text, problem="", hint="", offline=False)
        self._show()
        self._run(
            lambda: self._search.find(text, sort=sort, largest_bytes=largest),
            lambda found: self._arrived(attempt, found),
            lambda error: self._failed(attempt, error),
        )

    def close(self) -> None:
        """Give up what is still being read."""
        self._search.close()

    @Slot()
    def again(self) -> None:
        self.ask(self._props.asked)

    @Slot()
    def leave(self) -> None:
        """Back to the catalogue."""
        self._attempt += 1
        self._found, self._opened = (), {}
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

    @Slot(bool)
    def setStayOffline(self, offline: bool) -> None:
        """Keep the app off the network, or let it on again."""
        self._preferences.set("offline", offline)

    @Slot(str)
    def toggle(self, repo: str) -> None:
        """Show the files of a repository, or put them away."""
        if self._opened.pop(repo, None) is None:
            self.look(repo)
        self._show()

    @Slot(str)
    def look(self, repo: str) -> None:
        """Ask for the files of a repository."""
        attempt = self._attempt
        self._opened[repo] = Opened()
        self._show()
        self._run(
            lambda: self._search.look_into(repo),
            lambda content: self._looked(attempt, repo, content),
            lambda error: self._not_looked(attempt, repo, error),
        )

    @Slot(str, int)
    def chooseSize(self, repo: str, place: int) -> None:
        opened = self._opened.get(repo)
        if opened and 0 <= place < len(opened.choices):
            self._opened[repo] = replace(opened, chosen=place)
            self._show()
            self._judge(repo)

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
        for repo, opened in list(self._opened.items()):
            if opened.gated:
                self.look(repo)

    def _preferred(self, _key: str) -> None:
        self._publish(stay_offline=self._preferences.settings.offline)

    def _arrived(self, attempt: int, found: Found) -> None:
        if attempt != self._attempt:
            return
        self._found = tuple({repo.id: repo for repo in found.repos}.values())
        self._publish(state="results" if self._found else "nothing")
        if found.opened is not None and found.reference is not None:
            opened = _opened(found.opened)
            wanted = found.reference.path, found.reference.quantisation
            places = [i for i, c in enumerate(opened.choices) if c.key == wanted[0]]
            places += [i for i, c in enumerate(opened.choices) if wanted[1] and c.quantisation == wanted[1]]
            chosen = places[0] if places else opened.chosen
            self._opened[found.opened.details.id] = replace(opened, chosen=chosen)
            self._judge(found.opened.details.id)
        self._show()

    def _failed(self, attempt: int, error: OaError) -> None:
        if attempt == self._attempt:
            self._publish(
                state="failed",
                problem=error.title,
                hint=error.hint,
                offline=isinstance(error, HubOffline),
            )

    def _looked(self, attempt: int, repo: str, content: RepoContent) -> None:
        if attempt == self._attempt and repo in self._opened:
            self._opened[repo] = _opened(content)
            self._show()
            self._judge(repo)

    def _not_looked(self, attempt: int, repo: str, error: OaError) -> None:
        if attempt == self._attempt and repo in self._opened:
            gated = isinstance(error, GatedRepo)
            self._opened[repo] = Opened(problem=error.title, hint=error.hint, gated=gated)
            self._show()

    def _largest(self) -> int | None:
        machine = self._local.machine
        if not self._props.only_fits or machine is None:
            return None
        return largest_model_bytes(machine, self._preferences.settings)

    def _judge(self, repo: str) -> None:
        """Read the header of the file that is chosen, and judge it by that."""
        attempt, opened, machine = self._attempt, self._opened.get(repo), self._local.machine
        if opened is None or opened.content is None or not opened.choices or machine is None:
            return
        content, choice = opened.content, opened.choices[opened.chosen]
        place, settings = (repo, choice.key), self._preferences.settings
        if place in self._fits:
            return

        def judged(fit: FitReport) -> None:
            if attempt == self._attempt:
                self._fits[place] = fit
                self._show()

        def not_judged(error: OaError) -> None:
            if not isinstance(error, _SAYS_NOTHING):
                judged(FitReport(Verdict.UNKNOWN, error.title))

        self._run(
            lambda: self._search.judge(content, choice.key, choice.size_bytes, machine, settings),
            judged,
            not_judged,
        )

    def _show(self) -> None:
        here = self._getting.standings()
        rows = []
        for found in self._found:
            opened = self._opened.get(found.id)
            rows.append(
                hub_row(found, f"{self._endpoint}/{found.id}", opened, self._fit(found, opened), here)
            )
        self._rows.set_rows(rows)

    def _fit(self, found: "FoundRepo", opened: Opened | None) -> FitReport | None:
        machine = self._local.machine
        if opened is None or not opened.choices or machine is None:
            return None
        choice = opened.choices[opened.chosen]
        if known := self._fits.get((found.id, choice.key)):
            return known
        return estimate(
            choice.size_bytes or 0,
            None,
            machine,
            self._preferences.settings,
            context_tokens=found.context_tokens or 0,
            parameters=found.parameters,
        )

    def _run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[OaError], None]
    ) -> None:
        async def ask() -> T:
            return await asyncio.to_thread(work)

        self._bridge.run(ask(), done, failed)

    def _publish(self, **changes: Any) -> None:
        before, self._props = self._props, replace(self._props, **changes)
        notify_changes(self, before, self._props)


def _opened(content: RepoContent) -> Opened:
    choices = of_repo(content.models)
    return Opened(content, choices, usual(choices))
