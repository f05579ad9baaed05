"""The catalogue on the models page, and the one model to begin with."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlSingleton, QQmlEngine

from oa_desktop.errors import OaError
from oa_desktop.hub.catalogue import Catalogue, CatalogueEntry, load_catalogue
from oa_desktop.services.downloads.getting import Wanted
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.downloads.recommendations import Offer, offer_of, offers
from oa_desktop.services.fit.estimate import FitReport, Verdict
from oa_desktop.services.library.model_file import Origin
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.library.catalogue_rows import (
    CatalogueRow,
    catalogue_row,
    in_sections,
    machine_text,
    matching,
)
from oa_desktop.ui.library.choices import Choice, of_entry
from oa_desktop.ui.library.download_rows import is_listed
from oa_desktop.ui.library.downloads_control import DownloadsControl
from oa_desktop.ui.library.getting_view_model import GettingViewModel
from oa_desktop.ui.library.local_models import LocalModels
from oa_desktop.ui.library.row_state import HERE, NOT_HERE, ON_ITS_WAY, PAUSED, Place, RowState
from oa_desktop.ui.models.model_view_model import ModelViewModel
from oa_desktop.ui.pages import CHAT, Pages
from oa_desktop.ui.preferences import Preferences
from oa_desktop.ui.provided import provided
from oa_desktop.ui.rows_model import RowsModel
from oa_desktop.ui.snapshots import notify_changes

if TYPE_CHECKING:
    from oa_desktop.hub.quantisations import Size

QML_IMPORT_NAME = "OpenAssistant.Backend"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class CatalogueProps:
    """What stands beside the rows. problem: why there is no catalogue. nothing_fits: of all of it.

    hero_download: key of the download shown with the model to begin with.
    """

    machine_text: str = ""
    looking: bool = True
    problem: str = ""
    query: str = ""
    nothing_found: bool = False
    nothing_fits: bool = False
    hero_download: str = ""


@QmlElement
@QmlSingleton
class CatalogueViewModel(QObject):
    """Everything it shows is on this machine; only `download` reaches for the network."""

    machineTextChanged = Signal()
    lookingChanged = Signal()
    problemChanged = Signal()
    queryChanged = Signal()
    nothingFoundChanged = Signal()
    nothingFitsChanged = Signal()
    heroDownloadChanged = Signal()

    def __init__(
        self,
        bridge: Bridge,
        local: LocalModels,
        downloads: DownloadsControl,
        getting: GettingViewModel,
        models: ModelViewModel,
        preferences: Preferences,
        pages: Pages,
        endpoint: str,
        parent: QObject | None = None,
    ) -> None:
        """endpoint: address of the hub, for the pages of models."""
        super().__init__(parent)
        self._bridge = bridge
        self._local = local
        self._downloads = downloads
        self._getting = getting
        self._models = models
        self._preferences = preferences
        self._pages = pages
        self._endpoint = endpoint
        self._catalogue: Catalogue | None = None
        self._offers: tuple[Offer, ...] = ()
        self._choices: dict[str, tuple[Choice, ...]] = {}
        self._chosen: dict[str, int] = {}
        self._picked: dict[str, Size | None] = {}
        self._fits: dict[tuple[str, int], FitReport] = {}
        self._props = CatalogueProps()
        self._rows = RowsModel(CatalogueRow, self)
        self._hero = RowsModel(CatalogueRow, self)
        getting.changed.connect(self._show)
        local.machine_changed.connect(self._offer)
        models.chipTextChanged.connect(self._show)

    @staticmethod
    def create(_engine: QQmlEngine) -> "CatalogueViewModel":
        """The instance wiring made."""
        return provided(CatalogueViewModel)

    @Property(QObject, constant=True)
    def rows(self) -> QObject:
        return self._rows

    @Property(QObject, constant=True)
    def hero(self) -> QObject:
        """The model to begin with: one row, or none."""
        return self._hero

    @Property(str, notify=machineTextChanged)
    def machineText(self) -> str:
        return self._props.machine_text

    @Property(bool, notify=lookingChanged)
    def looking(self) -> bool:
        return self._props.looking

    @Property(str, notify=problemChanged)
    def problem(self) -> str:
        return self._props.problem

    @Property(str, notify=queryChanged)
    def query(self) -> str:
        return self._props.query

    @Property(bool, notify=nothingFoundChanged)
    def nothingFound(self) -> bool:
        return self._props.nothing_found

    @Property(bool, notify=nothingFitsChanged)
    def nothingFits(self) -> bool:
        return self._props.nothing_fits

    @Property(str, notify=heroDownloadChanged)
    def heroDownload(self) -> str:
        """The download that is shown with the model to begin with."""
        return self._props.hero_download

    @Slot()
    def open(self) -> None:
        """The page is shown: look at the machine, read the catalogue that comes with the app."""
        self._local.look()
        self._local.refresh()
        if self._catalogue is None:

            async def read() -> Catalogue:
                return await asyncio.to_thread(load_catalogue)

            self._bridge.run(read(), self._read, self._not_read)

    @Slot(str)
    def setQuery(self, query: str) -> None:
        """Show what has these words."""
        self._publish(query=" ".join(query.split()))
        self._show()

    @Slot(str, int)
    def chooseSize(self, key: str, place: int) -> None:
        """Another size of one model."""
        if 0 <= place < len(self._choices.get(key, ())):
            self._chosen[key] = place
            self._picked[key] = self._choices[key][place].word
            self._show()

    @Slot(str)
    def download(self, key: str) -> None:
        """Fetch the chosen size of a model from the hub."""
        entry = self._entry(key)
        if entry is not None:
            choice = self._choices[key][self._chosen[key]]
            file = next(file for file in entry.files if file.path == choice.key)
            pinned = file.pinned_sha256(entry.commit) if entry.commit else None
            job = DownloadJob(
                entry.repo,
                choice.parts,
                entry.revision,
                entry.title,
                file.size_bytes or 0,
                pinned_sha256=(pinned,) if pinned else (),
            )
            self._getting.get(Wanted(entry.id, file.path), job, self._catalogue)

    @Slot(str)
    def use(self, ref: str) -> None:
        """Load a model that is here, and go and talk to it."""
        self._models.choose(ref)
        self._pages.show(CHAT)

    def _entry(self, key: str) -> CatalogueEntry | None:
        return next((offer.entry for offer in self._offers if offer.entry.id == key), None)

    def _read(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._publish(problem="")
        self._offer()

    def _not_read(self, error: OaError) -> None:
        self._publish(problem=error.sentence)

    def _offer(self) -> None:
        """The machine or the catalogue is known now: which size of each model suits it."""
        machine = self._local.machine
        if machine is None:
            return
        self._publish(machine_text=machine_text(machine), looking=False)
        if self._catalogue is None:
            return
        self._offers = offers(self._catalogue, machine, self._preferences.settings)
        self._fits.clear()
        for offer in self._offers:
            choices = of_entry(offer.entry, offer.file)
            key = offer.entry.id
            self._choices[key] = choices
            offered = [choice.key for choice in choices].index(offer.file.path)
            words = [choice.word for choice in choices]
            known = key in self._picked and self._picked[key] in words
            self._chosen[key] = words.index(self._picked[key]) if known else offered
            self._fits[key, offered] = offer.fit
        self._show()

    def _fit(self, entry: CatalogueEntry, place: int) -> FitReport | None:
        known = self._fits.get((entry.id, place))
        machine, path = self._local.machine, self._choices[entry.id][place].key
        if known is None and machine is not None:
            file = next(file for file in entry.files if file.path == path)
            known = offer_of(entry, file, machine, self._preferences.settings).fit
            self._fits[entry.id, place] = known
        return known

    def _show(self) -> None:
        here = self._getting.standings()
        rows = {offer.entry.id: self._row(offer.entry, here) for offer in self._offers}
        matches = matching(self._props.query)
        shown = [rows[offer.entry.id] for offer in self._offers if matches(offer.entry)]
        hero = self._begin_with(rows)
        self._hero.set_rows(hero)
        self._rows.set_rows(in_sections([row for row in shown if row not in hero]))
        fitting = any(offer.fit.verdict is not Verdict.TOO_BIG for offer in self._offers)
        shown_there = [row.download_key for row in hero if row.standing in (ON_ITS_WAY, PAUSED)]
        self._publish(
            hero_download="".join(shown_there),
            nothing_found=bool(self._offers) and not shown,
            nothing_fits=bool(self._offers) and not fitting,
        )

    def _row(self, entry: CatalogueEntry, here: Mapping[Place, RowState]) -> CatalogueRow:
        choices, place = self._choices[entry.id], self._chosen[entry.id]
        page = f"{self._endpoint}/{entry.repo}"
        return catalogue_row(entry, choices, place, self._fit(entry, place), here, page)

    def _begin_with(self, rows: Mapping[str, CatalogueRow]) -> Sequence[CatalogueRow]:
        """The recommended model, until there is a real one to talk to."""
        offer = next((offer for offer in self._offers if offer.recommended), None)
        if offer is None or self._props.query:
            return ()
        row = rows[offer.entry.id]
        if row.standing == HERE:
            return () if row.model_ref == self._models.ref else (row,)
        others = any(file.origin is not Origin.TOUR and not file.problem for file in self._local.files)
        others = others or any(map(is_listed, self._downloads.downloads))
        return () if others and row.standing == NOT_HERE else (row,)

    def _publish(self, **changes: Any) -> None:
        before = self._props
        self._props = replace(before, **changes)
        notify_changes(self, before, self._props)
