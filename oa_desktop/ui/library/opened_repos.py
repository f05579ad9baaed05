"""The repositories of a search that a person looks into: their files, the size chosen, whether it fits."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from oa_desktop.errors import OaError
from oa_desktop.hub.errors import GatedRepo, HubBusy, HubOffline, HubUnreachable
from oa_desktop.services.downloads.hub_search import HubSearch, RepoContent
from oa_desktop.services.fit.estimate import estimate
from oa_desktop.services.fit.report import FitReport, Verdict
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.choices import of_repo, usual
from oa_desktop.ui.library.hub_rows import Opened
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.preferences import Preferences

if TYPE_CHECKING:
    from oa_desktop.hub.references import Reference
    from oa_desktop.hub.repos import FoundRepo
    from oa_desktop.ui.library.row_state import Place

T = TypeVar("T")
_SAYS_NOTHING = (HubUnreachable, HubBusy, HubOffline, GatedRepo)
"""About the file that was asked for."""


class OpenedRepos(QObject):
    """`changed` follows whatever is learned of one. Answers to what was put away are dropped."""

    changed = Signal()

    def __init__(
        self,
        bridge: Bridge,
        search: HubSearch,
        local: LocalModels,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._search = search
        self._local = local
        self._preferences = preferences
        self._opened: dict[str, Opened] = {}
        self._fits: dict[Place, FitReport] = {}
        local.machine_changed.connect(self._judge_again)

    def get(self, repo: str) -> Opened | None:
        """What is known of one; None when it is not open."""
        return self._opened.get(repo)

    def put_away(self, repo: str = "") -> bool:
        """Close one, or all. False when there was nothing to close."""
        gone = [repo] if repo in self._opened else [] if repo else list(self._opened)
        for name in gone:
            del self._opened[name]
        return bool(gone)

    def look(self, repo: str) -> None:
        """Ask for the files of a repository."""
        asked = self._opened[repo] = Opened()
        self.changed.emit()

        def looked(content: RepoContent) -> None:
            if self._opened.get(repo) is asked:
                self.take(content)

        def not_looked(error: OaError) -> None:
            if self._opened.get(repo) is asked:
                gated = isinstance(error, GatedRepo)
                self._opened[repo] = Opened(problem=error.title, hint=error.hint, gated=gated)
                self.changed.emit()

        self._run(lambda: self._search.look_into(repo), looked, not_looked)

    def look_again(self) -> None:
        """A token was given: what was closed may be open now."""
        for repo, opened in list(self._opened.items()):
            if opened.gated:
                self.look(repo)

    def take(self, content: RepoContent, wanted: "Reference | None" = None) -> None:
        """A repository with its files. wanted: which of them a person named."""
        choices = of_repo(content.models)
        chosen = usual(choices)
        for place, choice in enumerate(choices):
            if wanted and (wanted.path in choice.parts or wanted.quantisation == choice.quantisation):
                chosen = place
        self._opened[content.details.id] = Opened(content, choices, chosen)
        self.changed.emit()
        self._judge(content.details.id)

    def choose(self, repo: str, place: int) -> None:
        """Another of its sizes."""
        opened = self._opened.get(repo)
        if opened and 0 <= place < len(opened.choices):
            self._opened[repo] = replace(opened, chosen=place)
            self.changed.emit()
            self._judge(repo)

    def fit(self, found: "FoundRepo") -> FitReport | None:
        """Whether the chosen size fits: by its header once that was read, by its size before."""
        opened, machine = self._opened.get(found.id), self._local.machine
        if opened is None or not opened.choices or machine is None:
            return None
        choice = opened.choices[opened.chosen]
        return self._fits.get((found.id, choice.key)) or estimate(
            choice.size_bytes or 0,
            None,
            machine,
            self._preferences.settings,
            context_tokens=found.context_tokens or 0,
            parameters=found.parameters,
        )

    def close(self) -> None:
        """Give up what is still being read."""
        self._search.close()

    def _judge_again(self) -> None:
        self._fits.clear()
        self.changed.emit()
        for repo in self._opened:
            self._judge(repo)

    def _judge(self, repo: str) -> None:
        """Read the header of the file that is chosen, and judge it by that."""
        opened, machine = self._opened.get(repo), self._local.machine
        if opened is None or opened.content is None or not opened.choices or machine is None:
            return
        content, choice = opened.content, opened.choices[opened.chosen]
        place, settings = (repo, choice.key), self._preferences.settings
        if place in self._fits:
            return

        def judged(fit: FitReport) -> None:
            if self._local.machine is machine:
                self._fits[place] = fit
                self.changed.emit()

        def not_judged(error: OaError) -> None:
            if not isinstance(error, _SAYS_NOTHING):
                judged(FitReport(Verdict.UNKNOWN, error.title))

        self._run(
            lambda: self._search.judge(content, choice.key, choice.size_bytes, machine, settings),
            judged,
            not_judged,
        )

    def _run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[OaError], None]
    ) -> None:
        async def ask() -> T:
            return await asyncio.to_thread(work)

        self._bridge.run(ask(), done, failed)
