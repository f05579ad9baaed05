"""The view models of the models page over real services and a hub on loopback."""

import asyncio
import threading
from dataclasses import replace

import keyring
import pytest
from keyring.backend import KeyringBackend

from oa_desktop.errors import OaError
from oa_desktop.gguf.header import read_header
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.repos import FoundRepo
from oa_desktop.paths import app_paths, tour_model
from oa_desktop.services.downloads import downloader
from oa_desktop.services.downloads.hub_search import Found
from oa_desktop.services.downloads.row import State
from oa_desktop.services.fit.estimate import Machine, estimate, estimate_headers
from tests.hub_server import Status, Trickle
from tests.made_gguf import made_model
from tests.ui.wired import Notes, Wired

MACHINE = Machine(4_000_000_000, 1_700_000_000, (), 200_000_000_000)
"""So small that TinyLlama is what the app recommends."""
ENTRY = "tinyllama-chat-v0.3"
REPO, FILE = "TheBloke/TinyLlama-1.1B-Chat-v0.3-GGUF", "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"
SMALLER = "tinyllama-1.1b-chat-v0.3.Q3_K_M.gguf"
QUICK = Tuning(first_wait_s=0.05, longest_wait_s=0.2, spare_bytes=0, reserve_bytes=0, note_s=0.05)
TOKEN = "hf_" + "a" * 30


class Memory(KeyringBackend):
    """A keyring of this process."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def ring():
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture
def paths(tmp_path, hub_server, monkeypatch, ring):
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "HF_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "person" / name))
    monkeypatch.setenv("HF_ENDPOINT", hub_server.endpoint)
    monkeypatch.setattr(downloader, "Tuning", lambda: QUICK)
    made = app_paths({"OA_DESKTOP_HOME": str(tmp_path / "home")})
    made.create()
    return made


@pytest.fixture
def start(qtbot, qapp, paths):
    """Opens the app on its models page; what is open at the end is closed."""
    opened = []

    def start():
        wired = Wired(qtbot, paths, look=lambda _: MACHINE)
        opened.append(wired)
        wired.wiring.library_page.start()
        wired.wiring.library_page.pages.show("models")
        wired.wiring.library_page.catalogue.open()
        wired.until(lambda: bool(wired.wiring.library_page.catalogue.rows.rows))
        wired.until(lambda: bool(wired.wiring.library_page.on_disk.rows.rows))
        return wired

    yield start
    for wired in opened:
        if wired.worker is not None:
            wired.close()


@pytest.fixture
def wired(start):
    return start()


@pytest.fixture
def page(wired):
    return wired.wiring.library_page


def hero(page):
    return page.catalogue.hero.rows[0]


def downloads(page):
    return page.downloads_view.rows.rows


def on_disk(page):
    """What is here beside the tour model."""
    return [row for row in page.on_disk.rows.rows if row.can_remove]


def add(page, wired):
    """The recommended model, downloaded."""
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(on_disk(page)))
    return on_disk(page)[0]


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


def test_d13_a_download_is_paused_and_goes_on_where_it_was(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(600_000)})
    hub_server.fail(Trickle(150_000), times=None)
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].progress > 0.1)
    key = downloads(page)[0].key
    assert page.downloads_view.active
    assert page.catalogue.heroDownload == key
    page.downloads_view.pause(key)
    wired.until(lambda: downloads(page)[0].can_resume)
    assert downloads(page)[0].text.startswith("Paused · ")
    assert (hero(page).standing, page.downloads_view.active) == ("paused", False)
    hub_server.no_more_faults()
    before = len(hub_server.seen("cdn", "GET"))
    page.downloads_view.resume(key)
    wired.until(lambda: bool(on_disk(page)))
    assert hub_server.seen("cdn", "GET")[before].headers["range"] != "bytes=0-"
    assert page.downloads_view.count == 0


def test_a_download_that_cannot_go_on_because_of_its_folder_says_so(page, wired, hub_server, paths):
    hub_server.add_repo(REPO, {FILE: made_model(600_000)})
    hub_server.fail(Trickle(150_000), times=None)
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].progress > 0)
    page.downloads_view.pause(downloads(page)[0].key)
    wired.until(lambda: downloads(page)[0].can_resume)
    (paths.models / ".downloads").rename(paths.models / ".moved")
    (paths.models / ".downloads").write_text("something else")
    page.downloads_view.resume(downloads(page)[0].key)
    wired.until(lambda: bool(wired.wiring.notices.banners.rows))
    assert "cannot be noted down" in wired.wiring.notices.banners.rows[0].text


def test_what_a_newer_version_began_is_told_once_and_left_alone(start, paths):
    note = paths.models / ".downloads" / f"{'0' * 16}.job"
    note.parent.mkdir(parents=True)
    note.write_text('{"version": 99}')
    wired = start()
    wired.until(lambda: bool(wired.wiring.notices.banners.rows))
    assert "newer version of this app began" in wired.wiring.notices.banners.rows[0].text
    assert downloads(wired.wiring.library_page) == []
    assert note.read_text() == '{"version": 99}'


def test_d13_a_cancelled_download_leaves_nothing(page, wired, hub_server, paths):
    hub_server.add_repo(REPO, {FILE: made_model(600_000)})
    hub_server.fail(Trickle(150_000), times=None)
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].progress > 0)
    page.downloads_view.cancel(downloads(page)[0].key)
    wired.until(lambda: not downloads(page))
    assert hero(page).standing == ""
    assert [path for path in paths.models.rglob("*") if path.suffix in (".part", ".gguf", ".job")] == []


def test_d14_a_download_goes_on_after_the_app_was_closed(start, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(600_000)})
    hub_server.fail(Trickle(150_000), times=None)
    first = start()
    page = first.wiring.library_page
    page.catalogue.download(ENTRY)
    first.until(lambda: bool(downloads(page)) and downloads(page)[0].progress > 0.1)
    first.close()
    first.worker = None
    assert not any(thread.name.startswith("download") for thread in threading.enumerate())
    hub_server.no_more_faults()
    before = len(hub_server.seen("cdn", "GET"))
    second = start()
    second.until(lambda: bool(on_disk(second.wiring.library_page)))
    assert hub_server.seen("cdn", "GET")[before].headers["range"] != "bytes=0-"


def test_d14_a_paused_download_shows_how_much_came_also_after_a_restart(start, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(600_000)})
    hub_server.fail(Trickle(150_000), times=None)
    first = start()
    page = first.wiring.library_page
    page.catalogue.download(ENTRY)
    first.until(lambda: bool(downloads(page)) and downloads(page)[0].progress > 0.1)
    page.downloads_view.pause(downloads(page)[0].key)
    first.until(lambda: downloads(page)[0].can_resume)
    came = page.downloads.downloads[0].done_bytes
    first.close()
    first.worker = None
    second = start()
    page = second.wiring.library_page
    second.until(lambda: bool(downloads(page)))
    assert downloads(page)[0].can_resume
    assert page.downloads.downloads[0].done_bytes >= came > 0
    assert downloads(page)[0].text.startswith("Paused · ")


def test_d07_a_file_that_is_gone_is_said_and_can_be_tried_again(page, wired, hub_server):
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].can_retry)
    assert downloads(page)[0].problem
    assert hero(page).standing == "failed"
    hub_server.add_repo(REPO, {FILE: made_model(20_000)})
    page.downloads_view.resume(downloads(page)[0].key)
    wired.until(lambda: bool(on_disk(page)))


def test_d09_a_busy_hub_is_asked_again_with_a_count_down(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(20_000)})
    hub_server.fail(Status(429, {"Retry-After": "30"}), origin="cdn", times=None)
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].text.startswith("Trying again in "))
    assert downloads(page)[0].can_pause
    page.downloads_view.cancel(downloads(page)[0].key)
    wired.until(lambda: not downloads(page))


def test_a_finished_download_is_offered_where_the_person_is(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(20_000)})
    page.pages.show("chat")
    page.catalogue.download(ENTRY)
    notices = wired.wiring.notices
    wired.until(lambda: any(notice.action_text == "Use it" for notice in notices.banners.rows))
    (notice,) = notices.banners.rows
    assert notice.text == "TinyLlama 1.1B Chat v0.3 is on this machine now."
    notices.act(notice.key)
    wired.until(lambda: bool(on_disk(page)))
    assert wired.wiring.engine.ref == on_disk(page)[0].key
    assert list(notices.banners.rows) == []


def test_words_find_repositories_which_show_their_files_when_opened(page, wired, hub_server):
    files = {"m.Q2_K.gguf": b"GGUF" * 10, "m.Q4_K_M.gguf": b"GGUF" * 20, "mmproj-f16.gguf": b"GGUF"}
    hub_server.add_repo("owner/oasst-one-GGUF", files, downloads=12, licence="mit", languages=("en", "zh"))
    page.search.ask("  oasst ")
    assert (page.search.state, page.search.asked) == ("loading", "oasst")
    wired.until(lambda: page.search.state == "results")
    (row,) = page.search.rows.rows
    assert (row.title, row.owner) == ("oasst-one-GGUF", "owner")
    assert row.popularity.startswith("12 downloads · changed in ")
    assert "mit" in row.facts
    page.search.toggle(row.key)
    wired.until(lambda: bool(page.search.rows.rows[0].choices))
    row = page.search.rows.rows[0]
    assert row.technical == "Q4_K_M"
    assert "projector" in row.note
    page.search.chooseSize(row.key, 0)
    assert page.search.rows.rows[0].technical == "Q2_K"
    page.search.toggle(row.key)
    assert not page.search.rows.rows[0].expanded
    page.search.leave()
    assert (page.search.state, list(page.search.rows.rows)) == ("", [])


def test_a_pasted_address_opens_its_repository_with_the_file_chosen_and_downloads_it(page, wired, hub_server):
    hub_server.add_repo("owner/m-GGUF", {"m.Q4_K_M.gguf": made_model(9_000), "m.Q8_0.gguf": tour_model()})
    page.search.ask(f"{hub_server.endpoint}/owner/m-GGUF/blob/main/m.Q8_0.gguf")
    wired.until(lambda: page.search.state == "results")
    (row,) = page.search.rows.rows
    assert (row.expanded, row.technical) == (True, "Q8_0")
    page.search.download(row.key)
    wired.until(lambda: page.search.rows.rows[0].standing == "here")
    page.catalogue.use(page.search.rows.rows[0].model_ref)
    assert wired.wiring.engine.ref == on_disk(page)[0].key


def test_a_result_is_judged_by_the_header_of_the_file_that_is_chosen(page, wired, hub_server):
    files = {"m.Q4_K_M.gguf": tour_model(), "m.Q8_0.gguf": b"<html>not a model</html>"}
    hub_server.add_repo("owner/m-GGUF", files)
    page.search.ask("owner/m-GGUF:Q4_K_M")
    wired.until(lambda: bool(page.search.rows.rows) and page.search.rows.rows[0].technical == "Q4_K_M")
    settings = wired.wiring.preferences.settings
    by_header = estimate_headers([read_header(tour_model())], page.local.machine, settings)
    by_size = estimate(tour_model().stat().st_size, None, page.local.machine, settings)
    assert by_header.reason != by_size.reason
    wired.until(lambda: page.search.rows.rows[0].fit_reason == by_header.reason)
    assert page.search.rows.rows[0].fit == "fits"
    asked = sum(request.sent_bytes for request in hub_server.seen("cdn", "GET", "*"))
    assert asked < tour_model().stat().st_size
    page.local.machine = Machine(4_000_000_000, 1_000_000, (), 200_000_000_000)
    page.local.machine_changed.emit()
    wired.until(lambda: page.search.rows.rows[0].fit == "too-big")
    page.search.chooseSize("owner/m-GGUF", 0)
    wired.until(lambda: page.search.rows.rows[0].fit == "unknown")
    assert page.search.rows.rows[0].fit_reason


def lm_studio_has(tmp_path, content, name=FILE):
    folder = tmp_path / "person" / "HOME" / ".lmstudio" / "models" / "TheBloke" / "TinyLlama"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_a_file_of_another_program_is_used_where_it_lies_when_the_person_says_so(
    page, wired, hub_server, tmp_path
):
    content = made_model(30_000)
    hub_server.add_repo(REPO, {FILE: content})
    theirs = lm_studio_has(tmp_path, content)
    found = []
    page.getting.copyFound.connect(lambda app, folder, size: found.append((app, folder)))
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(found))
    assert found == [("LM Studio", str(theirs.parent))]
    page.getting.giveUp()
    assert hero(page).standing == ""
    page.catalogue.download(ENTRY)
    wired.until(lambda: len(found) == 2)
    page.getting.useCopy()
    wired.until(lambda: hero(page).standing == "here")
    assert wired.wiring.library.show(hero(page).model_ref).path == theirs
    assert hub_server.seen("cdn", "GET") == []


def test_a_file_of_another_program_that_differs_is_said_and_can_be_downloaded_instead(
    page, wired, hub_server, tmp_path
):
    content = made_model(30_000)
    hub_server.add_repo(REPO, {FILE: content})
    lm_studio_has(tmp_path, content[:-1] + b"x")
    found = []
    page.getting.copyFound.connect(lambda *_: found.append(True))
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(found))
    page.getting.useCopy()
    wired.until(lambda: bool(wired.wiring.notices.banners.rows))
    assert "is not the file that was published" in wired.wiring.notices.banners.rows[0].text
    assert on_disk(page) == []
    page.catalogue.download(ENTRY)
    wired.until(lambda: len(found) == 2)
    page.getting.downloadAnyway()
    wired.until(lambda: bool(on_disk(page)))


def test_a_search_without_a_result_and_one_that_fails_say_so(page, wired, hub_server):
    page.search.ask("nobody made this")
    wired.until(lambda: page.search.state == "nothing")
    hub_server.fail(Status(500), origin="hub", times=None)
    page.search.ask("anything")
    wired.until(lambda: page.search.state == "failed")
    assert page.search.problem
    assert not page.search.offline
    hub_server.no_more_faults()
    page.search.again()
    wired.until(lambda: page.search.state == "nothing")


class SlowSearch:
    """Answers each search with itself; the first one only when it may."""

    def __init__(self):
        self.may_answer, self.answered = threading.Event(), []

    def find(self, text, **_options):
        if text == "first":
            self.may_answer.wait(60)
        self.answered.append(text)
        return Found((FoundRepo(f"owner/{text}"),))

    def close(self): ...


def test_a_late_answer_of_an_earlier_search_is_not_shown(page, wired):
    search = page.search._search = page.search._opened._search = SlowSearch()
    page.search.ask("first")
    page.search.ask("second")
    wired.until(lambda: page.search.state == "results")
    search.may_answer.set()
    wired.until(lambda: search.answered == ["second", "first"])
    came_after = []
    wired.wiring.bridge.run(asyncio.to_thread(int), came_after.append, came_after.append)
    wired.until(lambda: bool(came_after))
    assert [row.title for row in page.search.rows.rows] == ["second"]


def test_the_app_stays_offline_when_it_is_told_to(page, wired, hub_server):
    notes = Notes(page.search)
    page.search.setStayOffline(True)
    assert page.search.stayOffline
    assert "stayOfflineChanged" in notes.take()
    page.search.ask("anything")
    wired.until(lambda: page.search.state == "failed")
    assert page.search.offline
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].can_retry)
    assert hub_server.requests == []
    page.search.goOnline()
    assert not page.search.stayOffline
    wired.until(lambda: page.search.state == "nothing")


def test_the_environment_that_keeps_the_app_offline_is_named(page, wired, hub_server, monkeypatch):
    assert page.search.offlineVariable == ""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    page.search.ask("anything")
    wired.until(lambda: page.search.state == "failed")
    assert (page.search.offline, page.search.offlineVariable) == (True, "HF_HUB_OFFLINE")
    assert "HF_HUB_OFFLINE" in page.search.hint
    assert hub_server.requests == []


def test_a_file_that_is_too_big_for_this_machine_says_so_before_it_is_added(page, wired):
    page.local.machine = replace(MACHINE, memory_total=90_000_000, memory_free=60_000_000)
    page.importing.ask(str(tour_model()))
    wired.until(lambda: page.importing.canImport)
    assert page.importing.fit == "too-big"
    page.local.machine = MACHINE
    page.local.machine_changed.emit()
    assert page.importing.fit == "fits"


def test_d06_a_closed_repository_opens_with_a_token_that_is_kept_in_the_keyring_alone(
    page, wired, hub_server, ring, paths
):
    hub_server.add_repo("owner/closed-GGUF", {"m.Q4_K_M.gguf": made_model(9_000)}, gated=True)
    hub_server.add_token(TOKEN, user="ida", accepted=("owner/closed-GGUF",))
    page.search.ask("closed")
    wired.until(lambda: page.search.state == "results")
    assert page.search.rows.rows[0].gated
    page.search.toggle("owner/closed-GGUF")
    wired.until(lambda: bool(page.search.rows.rows[0].choices))
    page.search.download("owner/closed-GGUF")
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].wants_token)
    page.token.keep(f" {TOKEN} ")
    wired.until(lambda: page.token.place == "keyring")
    assert "ida" in page.token.note
    assert TOKEN in ring.kept.values()
    page.downloads_view.resume(downloads(page)[0].key)
    wired.until(lambda: bool(on_disk(page)))
    assert not any("authorization" in request.headers for request in hub_server.seen("cdn"))
    kept = [path for path in paths.data.parent.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in kept if path.suffix != ".gguf")
    page.token.forget()
    wired.until(lambda: page.token.place == "")
    assert ring.kept == {}


def test_a_token_that_the_hub_does_not_know_is_not_kept(page, wired, ring):
    page.token.keep("hf_wrong")
    wired.until(lambda: not page.token.busy)
    assert page.token.note
    assert ring.kept == {}


def test_a_removed_model_comes_back_with_undo(page, wired, hub_server, qtbot):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    toasts = []
    wired.wiring.notices.toastShown.connect(lambda text, action: toasts.append((text, action)))
    page.on_disk.remove(ref)
    wired.until(lambda: not on_disk(page))
    wired.until(lambda: bool(toasts))
    assert toasts[0][1] == "Undo"
    wired.wiring.notices.actOnToast()
    wired.until(lambda: bool(on_disk(page)))
    assert on_disk(page)[0].key == ref
    assert page.removed.rows.rows == []


def removed(page, wired, ref):
    """The row of a model after it was removed."""
    page.on_disk.remove(ref)
    wired.until(lambda: bool(page.removed.rows.rows) and not on_disk(page))
    return page.removed.rows.rows[0]


def test_a_removed_model_can_be_put_back_long_after_its_toast_is_gone(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    row = removed(page, wired, ref)
    assert row.takes_space
    assert row.text == "Removed; takes 11.5 kB until the app starts again"
    wired.wiring.notices.toast("Something else.")
    page.removed.putBack(row.key)
    wired.until(lambda: bool(on_disk(page)))
    assert on_disk(page)[0].key == ref
    assert page.removed.rows.rows == []


def test_the_space_of_a_removed_model_can_be_had_at_once(page, wired, hub_server, paths):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    row = removed(page, wired, add(page, wired).key)
    waiting = paths.models / ".removed"
    assert [file for file in waiting.rglob("*") if file.is_file()]
    page.removed.deleteForGood(row.key)
    wired.until(lambda: not any(file.is_file() for file in waiting.rglob("*")))
    wired.wiring.notices.actOnToast()
    page.removed.putBack(row.key)
    assert page.removed.rows.rows == []
    assert on_disk(page) == []


def test_a_linked_model_that_was_removed_takes_no_space_and_keeps_its_file(page, wired, tmp_path):
    file = tmp_path / "mine.gguf"
    file.write_bytes(tour_model().read_bytes())
    ref = wired.wiring.library.import_model(file).ref
    page.local.refresh()
    wired.until(lambda: bool(on_disk(page)))
    row = removed(page, wired, ref)
    assert not row.takes_space
    assert "stays" in row.text
    assert file.exists()


def test_what_another_program_deleted_meanwhile_is_said_and_no_longer_offered(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    row = removed(page, wired, add(page, wired).key)
    wired.wiring.library.purge_removed()
    page.removed.putBack(row.key)
    wired.until(lambda: bool(wired.wiring.notices.banners.rows))
    assert wired.wiring.notices.banners.rows[0].key == "model-purged"
    assert page.removed.rows.rows == []


def test_a_model_that_runs_is_ended_before_it_is_removed(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    page.on_disk.use(ref)
    page.on_disk.remove(ref)
    wired.until(lambda: not on_disk(page))
    assert wired.wiring.engine.ref == ""


def test_a_damaged_model_is_found_and_downloaded_again(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(90_000)})
    ref = add(page, wired).key
    page.on_disk.verify(ref)
    wired.until(lambda: bool(on_disk(page)[0].note))
    assert on_disk(page)[0].note_ok
    path = wired.wiring.library.show(ref).path
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    page.on_disk.verify(ref)
    wired.until(lambda: not on_disk(page)[0].note_ok)
    assert on_disk(page)[0].can_repair
    page.on_disk.repair(ref)
    wired.until(lambda: path.exists() and bytes(content) != path.read_bytes())
    wired.until(lambda: not on_disk(page)[0].can_repair)
    assert wired.wiring.library.verify(on_disk(page)[0].key).ok


def test_a_file_is_looked_into_before_it_is_added_where_it_lies_or_copied(page, wired, tmp_path, paths):
    file = tmp_path / "mine.gguf"
    file.write_bytes(tour_model().read_bytes())
    asked = []
    page.importing.asked.connect(lambda: asked.append(True))
    page.importing.ask(file.as_uri())
    wired.until(lambda: page.importing.canImport)
    assert asked
    assert page.importing.formatText == "oasst"
    assert (page.importing.fit, page.importing.fitText) == ("fits", "Fits")
    assert "memory" in page.importing.fitReason
    assert on_disk(page) == []
    page.importing.accept(False, False)
    wired.until(lambda: len(on_disk(page)) == 1)
    assert on_disk(page)[0].place.startswith("stays in ")
    page.importing.ask(str(file))
    wired.until(lambda: page.importing.canImport)
    page.importing.accept(True, True)
    wired.until(lambda: len(on_disk(page)) == 2)
    wired.until(lambda: page.pages.shown == "chat")
    assert wired.wiring.library.show(wired.wiring.engine.ref).path.is_relative_to(paths.models)


def test_a_file_that_is_no_model_is_named_for_what_it_is_and_not_added(page, wired, tmp_path):
    (tmp_path / "page.gguf").write_bytes(b"<!DOCTYPE html><html>sign in</html>")
    page.importing.ask(str(tmp_path / "page.gguf"))
    wired.until(lambda: bool(page.importing.problem))
    assert not page.importing.canImport
    page.importing.accept(False, True)
    page.importing.giveUp()
    assert page.importing.problem == ""
    assert on_disk(page) == []


@pytest.mark.parametrize(("url", "count"), [("file:///a.gguf", 2), ("https://example.org/a.gguf", 1)])
def test_only_one_file_of_this_machine_can_be_dropped(page, url, count):
    assert not page.importing.askDropped(url, count)


def test_settings_of_a_model_are_kept_and_taken_back(page, wired, hub_server):
    hub_server.add_repo(REPO, {FILE: made_model(9_000)})
    ref = add(page, wired).key
    settings = page.settings
    settings.ask(ref)
    settings.setContextTokens(1024)
    settings.setGpuLayers("some")
    assert settings.gpuLayersWrong
    settings.setGpuLayers("0")
    settings.setKvType(2)
    settings.setPreset(1)
    settings.setSystemPrompt("Be brief.")
    settings.setPromptFormat(1)
    settings.save()
    wired.until(lambda: on_disk(page)[0].configured)
    kept = wired.wiring.library.show(ref).settings
    assert (kept.context_tokens, kept.gpu_layers, kept.kv_type) == (1024, "0", "q8_0")
    assert (kept.preset, kept.system_prompt, kept.prompt_format) == ("k50", "Be brief.", "oasst")
    settings.ask(ref)
    assert (settings.contextTokens, settings.gpuLayers, settings.kvType) == (1024, "0", 2)
    for put_back, value in (
        (settings.setContextTokens, 0),
        (settings.setGpuLayers, ""),
        (settings.setKvType, 0),
        (settings.setPreset, 0),
        (settings.setSystemPrompt, ""),
        (settings.setPromptFormat, 0),
    ):
        put_back(value)
    settings.save()
    wired.until(lambda: not on_disk(page)[0].configured)
    settings.close()


@pytest.mark.model
def test_the_prompt_of_a_model_is_shown_as_its_engine_renders_it(page, wired):
    page.settings.ask("tour")
    wired.until(lambda: bool(page.preview.pieces.rows))
    tokens = [row.text for row in page.preview.pieces.rows if row.kind == "token"]
    assert tokens[:1] == ["<|prompter|>"]
    assert "What is a barn?" in [row.text for row in page.preview.pieces.rows if row.kind == "message"]
    assert page.preview.note.endswith(" tokens.")
    assert page.preview.warning == ""
    page.settings.setPromptFormat(page.settings.formats.index("guanaco") + 1)
    wired.until(lambda: "### Human" in page.preview.text)
    page.settings.setPromptFormat(page.settings.formats.index("chatml") + 1)
    wired.until(lambda: "replies may suffer" in page.preview.warning)


def test_trouble_with_a_download_elsewhere_leads_to_the_page(page, wired, hub_server):
    page.pages.show("chat")
    page.catalogue.download(ENTRY)
    notices = wired.wiring.notices
    wired.until(lambda: any(notice.action_text == "Show" for notice in notices.banners.rows))
    notices.act(notices.banners.rows[0].key)
    assert page.pages.shown == "models"
    assert page.downloads.downloads[0].state in (State.FAILED, State.PAUSED)
    assert isinstance(page.downloads.downloads[0].problem, OaError)
