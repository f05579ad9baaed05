"""Downloads on the models page: paused, cancelled, gone on with after a restart, and in trouble."""

import threading

from oa_desktop.errors import OaError
from oa_desktop.services.downloads.row import State
from tests.hub_server import Stall, Status
from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import ENTRY, FILE, REPO, downloads, hero, on_disk


def begin(page, wired, hub_server):
    """A download of the recommended model of which some came; the rest comes when faults are over."""
    hub_server.add_repo(REPO, {FILE: made_model(600_000)})
    hub_server.fail(Stall(100_000, 3600), times=None)
    page.catalogue.download(ENTRY)
    wired.until(lambda: bool(downloads(page)) and downloads(page)[0].progress > 0.1)


def test_d13_a_download_is_paused_and_goes_on_where_it_was(page, wired, hub_server):
    begin(page, wired, hub_server)
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
    begin(page, wired, hub_server)
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
    begin(page, wired, hub_server)
    page.downloads_view.cancel(downloads(page)[0].key)
    wired.until(lambda: not downloads(page))
    assert hero(page).standing == ""
    assert [path for path in paths.models.rglob("*") if path.suffix in (".part", ".gguf", ".job")] == []


def test_d14_a_download_goes_on_after_the_app_was_closed(start, hub_server):
    first = start()
    page = first.wiring.library_page
    begin(page, first, hub_server)
    first.close()
    first.worker = None
    first.until(lambda: not any(thread.name.startswith("download") for thread in threading.enumerate()))
    hub_server.no_more_faults()
    before = len(hub_server.seen("cdn", "GET"))
    second = start()
    second.until(lambda: bool(on_disk(second.wiring.library_page)))
    assert hub_server.seen("cdn", "GET")[before].headers["range"] != "bytes=0-"


def test_d14_a_paused_download_shows_how_much_came_also_after_a_restart(start, hub_server):
    first = start()
    page = first.wiring.library_page
    begin(page, first, hub_server)
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


def test_trouble_with_a_download_elsewhere_leads_to_the_page(page, wired, hub_server):
    page.pages.show("chat")
    page.catalogue.download(ENTRY)
    notices = wired.wiring.notices
    wired.until(lambda: any(notice.action_text == "Show" for notice in notices.banners.rows))
    notices.act(notices.banners.rows[0].key)
    assert page.pages.shown == "models"
    assert page.downloads.downloads[0].state in (State.FAILED, State.PAUSED)
    assert isinstance(page.downloads.downloads[0].problem, OaError)
