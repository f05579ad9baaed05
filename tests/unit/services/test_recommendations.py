"""Which known models are offered on machines from a small stick computer to a workstation."""

from dataclasses import replace

import pytest

from oa_desktop.hub.catalogue import Catalogue, load_catalogue
from oa_desktop.hub.quantisations import is_recommendable
from oa_desktop.services.device_probe import SeenDevice
from oa_desktop.services.downloads.recommendations import (
    Offer,
    about_bytes,
    offer_of,
    offers,
    recommended,
)
from oa_desktop.services.fit.estimate import Machine, Verdict
from oa_desktop.settings import Settings

GB = 1_000_000_000
CATALOGUE = load_catalogue()


def machine(memory_gb: float, card_gb: float = 0, disk_gb: float = 500) -> Machine:
    card = SeenDevice(
        kind="cuda",
        role="graphics",
        name="CUDA0",
        description="A card",
        free_bytes=round(card_gb * GB),
        total_bytes=round(card_gb * GB),
        takes_layers=True,
        shares_memory=False,
    )
    free = round(memory_gb * GB)
    return Machine(free, free, (card,) if card_gb else (), round(disk_gb * GB))


def found(here: Machine, catalogue: Catalogue = CATALOGUE) -> tuple[Offer, ...]:
    return offers(catalogue, here, Settings())


def first(here: Machine, catalogue: Catalogue = CATALOGUE) -> str:
    offer = recommended(found(here, catalogue))
    return f"{offer.entry.id}:{offer.file.quantisation}" if offer else ""


@pytest.mark.parametrize(
    ("here", "begin_with"),
    [
        (machine(0.3), ""),
        (machine(4), "tinyllama-chat-v0.3:Q4_K_M"),
        (machine(13), "oa-falcon-7b-top1:Q4_K_M"),
        (machine(30), "oa-falcon-7b-top1:Q4_K_M"),
        (machine(30, card_gb=24), "oa-llama2-13b-orca-8k:Q5_K_M"),
        (machine(13, disk_gb=3), "tinyllama-chat-v0.3:Q4_K_M"),
        (machine(13, disk_gb=1), ""),
    ],
    ids=["tiny", "small-laptop", "laptop", "much-memory", "graphics-card", "full-disk", "no-disk"],
)
def test_the_one_to_begin_with_suits_the_machine(here: Machine, begin_with: str) -> None:
    assert first(here) == begin_with


@pytest.mark.parametrize("memory_gb", [0.3, 4, 16, 64])
@pytest.mark.parametrize("card_gb", [0, 12, 80])
def test_the_one_to_begin_with_fits_comes_first_and_may_be_used_by_everybody(
    memory_gb: float, card_gb: float
) -> None:
    made = found(machine(memory_gb, card_gb))
    assert sum(offer.recommended for offer in made) <= 1
    assert {offer.entry.id for offer in made} == {entry.id for entry in CATALOGUE.entries}
    offer = recommended(made)
    if offer is not None:
        assert offer is made[0]
        assert offer.fit.verdict is Verdict.FITS
        assert not offer.entry.non_commercial
        assert offer.size_bytes is not None
        assert offer.size_bytes <= 12 * GB
    order = [offer.entry.id for offer in made if not offer.recommended]
    assert order == [entry.id for entry in CATALOGUE.entries if entry.id in order]


@pytest.mark.parametrize("memory_gb", [0.3, 12, 64])
def test_nothing_coarser_than_q3_k_m_is_offered(memory_gb: float) -> None:
    assert all(is_recommendable(offer.file.quantisation) for offer in found(machine(memory_gb)))


def test_a_coarser_file_is_offered_where_only_that_fits() -> None:
    chosen = {
        memory_gb: next(offer for offer in found(machine(memory_gb)) if offer.entry.id == "oa-codellama-13b")
        for memory_gb in (13.0, 20.0)
    }
    assert all(offer.fit.verdict is Verdict.FITS for offer in chosen.values())
    assert chosen[13.0].file.quantisation in ("Q3_K_L", "Q3_K_M", "Q4_0", "Q4_K_S")
    assert chosen[20.0].file.quantisation == "Q4_K_M"


def test_a_model_for_research_only_is_offered_but_never_the_one_to_begin_with() -> None:
    entry = next(entry for entry in CATALOGUE.entries if entry.non_commercial)
    only = Catalogue((entry,))
    assert found(machine(64), only)[0].fit.verdict is Verdict.FITS
    assert first(machine(64), only) == ""
    assert first(machine(64), Catalogue((replace(entry, non_commercial=False),))) != ""


def test_nobody_is_sent_to_download_for_hours() -> None:
    only_40b = Catalogue(tuple(entry for entry in CATALOGUE.entries if entry.id == "oa-falcon-40b-top1"))
    workstation = machine(120, card_gb=80)
    assert found(workstation, only_40b)[0].fit.verdict is Verdict.FITS
    assert first(workstation, only_40b) == ""


def test_a_size_nobody_noted_is_expected_from_the_parameters() -> None:
    entry, _ = CATALOGUE.find("qwen3.5-9b") or pytest.fail("gone from the catalogue")
    file = entry.recommended_file
    assert file.size_bytes is None
    assert about_bytes(entry, file) == pytest.approx(5.4 * GB, rel=0.05)
    assert offer_of(entry, file, machine(4), Settings()).fit.verdict is Verdict.TOO_BIG
