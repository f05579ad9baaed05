"""Whether the real hub still has what the catalogue says, asked only with OA_TEST_HUB=1."""

import os

import pytest

from oa_desktop.hub.api import Hub
from oa_desktop.hub.catalogue import CatalogueEntry, load_catalogue
from oa_desktop.services.downloads.choice import choose

pytestmark = pytest.mark.skipif(
    os.environ.get("OA_TEST_HUB") != "1", reason="asks the real hub; set OA_TEST_HUB=1 to do so"
)
CATALOGUE = load_catalogue()


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.id)
def test_every_entry_can_be_downloaded_and_is_as_noted(entry: CatalogueEntry) -> None:
    hub = Hub("https://huggingface.co")
    chosen = choose(hub, CATALOGUE, entry.id)
    assert not chosen.details.gated
    assert chosen.notes == ()
    assert all(part.sha256 for part in chosen.model.parts)
    if chosen.job.pinned_sha256:
        assert chosen.job.pinned_sha256 == tuple(part.sha256 for part in chosen.model.parts)
    on_the_hub = {file.path for file in chosen.details.files}
    assert {file.path for file in entry.files} - on_the_hub == set()
