"""Searching the hub from the models page: results, their files, late answers, and staying offline."""

import threading

from oa_desktop.gguf.header import read_header
from oa_desktop.hub.repos import FoundRepo
from oa_desktop.paths import tour_model
from oa_desktop.services.downloads.hub_search import Found
from oa_desktop.services.fit.estimate import Machine, estimate, estimate_headers
from tests.hub_server import Status
from tests.made_gguf import made_model
from tests.ui.models_page.page_rows import ENTRY, downloads, on_disk
from tests.ui.wired import Notes


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
    arrived, take = [], page.search._arrived
    page.search._arrived = lambda attempt, found: (take(attempt, found), arrived.append(found))
    page.search.ask("first")
    page.search.ask("second")
    wired.until(lambda: page.search.state == "results")
    search.may_answer.set()
    wired.until(lambda: len(arrived) == 2)
    assert search.answered == ["second", "first"]
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
