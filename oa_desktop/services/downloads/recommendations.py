"""Which of the known models to offer on this machine, in which quantisation, and which one to begin with."""

from dataclasses import dataclass, replace
from typing import Final

from oa_desktop.hub.catalogue import Catalogue, CatalogueEntry, CatalogueFile
from oa_desktop.hub.quantisations import Size, expected_bytes, is_recommendable, preference, size_word
from oa_desktop.services.fit.estimate import FitReport, Machine, Verdict, estimate
from oa_desktop.settings import Settings

_BETTER: Final = "Q5_K_M"
_MOST_ON_PROCESSOR_BYTES: Final = 6_000_000_000
"""Read for every token: a usual laptop writes about as fast as a person reads with so much."""

_MOST_TO_FETCH_BYTES: Final = 12_000_000_000
_DISK_RESERVE_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry with its best file for this machine. recommended: of all offers, the one to begin with."""

    entry: CatalogueEntry
    file: CatalogueFile
    fit: FitReport
    size: Size | None
    recommended: bool = False

    @property
    def size_bytes(self) -> int | None:
        """What is to be fetched, about; None when it cannot be told."""
        return about_bytes(self.entry, self.file)


def offers(catalogue: Catalogue, machine: Machine, settings: Settings) -> tuple[Offer, ...]:
    """Every entry with its best file for this machine: the one to begin with first, then in their order."""
    found = [_best_of(entry, machine, settings) for entry in catalogue.entries]
    first = next((offer for offer in found if _is_comfortable(offer, machine)), None)
    if first is None:
        return tuple(found)
    return (replace(first, recommended=True), *(offer for offer in found if offer is not first))


def recommended(found: tuple[Offer, ...]) -> Offer | None:
    """The one to begin with; None when nothing fits comfortably."""
    return next((offer for offer in found if offer.recommended), None)


def offer_of(entry: CatalogueEntry, file: CatalogueFile, machine: Machine, settings: Settings) -> Offer:
    """One file of an entry, chosen by a person."""
    size = about_bytes(entry, file)
    report = estimate(
        size or 0,
        entry.shape,
        machine,
        settings,
        context_tokens=entry.context_tokens,
        parameters=round(entry.parameters * 1e9),
    )
    return Offer(entry, file, report, size_word(file.quantisation))


def about_bytes(entry: CatalogueEntry, file: CatalogueFile) -> int | None:
    """The size as noted, else as the quantisation of so many parameters has it."""
    return file.size_bytes or expected_bytes(entry.parameters, file.quantisation)


def _best_of(entry: CatalogueEntry, machine: Machine, settings: Settings) -> Offer:
    files = [file for file in entry.files if is_recommendable(file.quantisation)] or [entry.recommended_file]
    files.sort(key=lambda file: preference(file.quantisation))
    found = [offer_of(entry, file, machine, settings) for file in files]
    better = next((offer for offer in found if offer.file.quantisation == _BETTER), None)
    if better and better.file.size_bytes and better.fit.verdict is Verdict.FITS and _is_all_on_device(better):
        return better
    for verdict in (Verdict.FITS, Verdict.TIGHT):
        for offer in found:
            if offer.fit.verdict is verdict:
                return offer
    return found[0]


def _is_all_on_device(offer: Offer) -> bool:
    return 0 < offer.fit.layers <= offer.fit.gpu_layers


def _is_comfortable(offer: Offer, machine: Machine) -> bool:
    """Fits with room to spare, answers at reading speed, is soon fetched, and everybody may use it."""
    size = offer.size_bytes
    if offer.fit.verdict is not Verdict.FITS or offer.entry.non_commercial or size is None:
        return False
    on_device = min(1.0, offer.fit.gpu_layers / offer.fit.layers) if offer.fit.layers else 0.0
    has_room = not machine.disk_free or size + _DISK_RESERVE_BYTES <= machine.disk_free
    on_processor = size * (1 - on_device)
    return has_room and size <= _MOST_TO_FETCH_BYTES and on_processor <= _MOST_ON_PROCESSOR_BYTES
