"""The known models on the models page: which one is recommended, and in which size."""

from oa_desktop.paths import tour_model
from oa_desktop.services.fit.estimate import Machine
from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import ENTRY, FILE, REPO, add, hero, on_disk
from tests.ui.wired import Notes

SMALLER = "tinyllama-1.1b-chat-v0.3.Q3_K_M.gguf"


def test_the_hub_is_asked_nothing_before_a_person_asks(page, hub_server):
    page.catalogue.setQuery("falcon")
    assert all("Falcon" in row.title for row in page.catalogue.rows.rows)
    page.catalogue.setQuery("no such words")
    assert page.catalogue.nothingFound
    assert hub_server.requests == []


def test_the_recommended_model_is_downloaded_used_and_then_no_longer_recommended(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: tour_model()})
    toasts = []
    wired.wiring.notices.toastShown.connect(lambda text, action: toasts.append((text, action)))
    assert (hero(page).key, hero(page).fit) == (ENTRY, "fits")
    assert ENTRY not in [row.key for row in page.catalogue.rows.rows], "it stands there once"
    page.catalogue.download(ENTRY)
    assert (hero(page).standing, hero(page).standing_text) == ("coming", "Asking the hub")
    wired.until(lambda: bool(on_disk(page)))
    wired.until(lambda: bool(hero(page).model_ref))
    (differs, _), (_, action) = toasts
    assert differs.endswith("what the hub says now counts.")
    assert action == "Use it"
    assert on_disk(page)[0].place == f"from {REPO}"
    assert "1 model takes" in page.on_disk.diskText
    page.catalogue.use(hero(page).model_ref)
    assert page.pages.shown == "chat"
    assert wired.wiring.preferences.settings.model == on_disk(page)[0].key
    wired.until(lambda: not page.catalogue.hero.rows)


def test_the_size_that_was_chosen_is_what_is_downloaded(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(20_000, 1), SMALLER: made_model(20_000, 2)})
    small = next(i for i, text in enumerate(hero(page).choices) if text.startswith("Small"))
    notes = Notes(page.catalogue)
    page.catalogue.chooseSize(ENTRY, small)
    assert (hero(page).chosen, hero(page).technical) == (small, "Q3_K_M")
    page.catalogue.chooseSize(ENTRY, 99)
    assert hero(page).chosen == small
    add(page, wired)
    assert hub_server.seen(path=f"*{SMALLER}")
    assert not hub_server.seen(path=f"*{FILE}")
    assert "queryChanged" not in notes.take()


def test_a_size_that_was_chosen_stays_chosen_when_the_machine_is_looked_at_again(page):
    small = next(i for i, text in enumerate(hero(page).choices) if text.startswith("Small"))
    page.catalogue.chooseSize(ENTRY, small)
    page.local.machine = Machine(64_000_000_000, 60_000_000_000, (), 200_000_000_000)
    page.local.machine_changed.emit()
    rows = {row.key: row for row in (*page.catalogue.rows.rows, *page.catalogue.hero.rows)}
    assert rows[ENTRY].size_label.startswith("Small")
    assert rows["oa-llama2-13b-orca-8k"].fit == "fits"
    assert hero(page).key != ENTRY
