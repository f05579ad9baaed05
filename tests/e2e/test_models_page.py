"""From the first start to a real model that answers, in three clicks, against a hub on loopback."""

import warnings
from dataclasses import replace

import keyring
import pytest
from keyring.backends import fail
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from oa_desktop.hub.errors import GatedRepo
from oa_desktop.hub.repo_files import RemoteFile, RepoModel
from oa_desktop.hub.repos import FoundRepo, RepoDetails
from oa_desktop.paths import tour_model
from oa_desktop.services.downloads.hub_search import Found, RepoContent
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.downloads.row import Download, State
from oa_desktop.services.fit.estimate import Machine
from oa_desktop.services.fit.report import FitReport, Verdict
from oa_desktop.services.library.model_removal import Removal
from oa_desktop.ui import network_wall
from tests.e2e.conftest import SLOW_MS, fake_loader
from tests.e2e.usual_window import POISON, Key, Modifier, accessible_name
from tests.hub_server import HubServer

REPO, FILE = "TheBloke/TinyLlama-1.1B-Chat-v0.3-GGUF", "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"
SMALL_MACHINE = Machine(4_000_000_000, 1_700_000_000, (), 200_000_000_000)
"""So small that TinyLlama is what the app recommends."""


@pytest.fixture
def hub(monkeypatch, tmp_path):
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "HF_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "person" / name))
    ring = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    with HubServer() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.add_repo(REPO, {FILE: tour_model().read_bytes()})
        yield hub
    keyring.set_keyring(ring)


@pytest.mark.model
def test_a_newcomer_talks_to_a_real_model_after_three_clicks(open_window, hub):
    window = open_window(look=lambda _: SMALL_MACHINE)
    window.until(lambda: window.find("getRealModel") is not None)
    window.click("getRealModel")
    window.until(lambda: window.find("recommended", "downloadButton") is not None)
    assert window.item("recommendedTitle").property("text") == "TinyLlama 1.1B Chat v0.3"
    assert hub.requests == [], "nothing is asked before a person asks"
    window.click("recommended", "downloadButton")
    window.until(lambda: window.find("recommended", "useButton") is not None, SLOW_MS)
    window.click("recommended", "useButton")
    window.until(lambda: window.find("composerInput") is not None)
    window.until(lambda: window.wiring.models.ready and not window.wiring.models.isTour, SLOW_MS)
    window.wiring.preferences.set("replies", 1)
    window.ask("What can I do with this app?")
    (reply,) = window.tree.children(window.tree.root.id)
    assert reply.text.strip()
    (kept,) = [file for file in window.wiring.library.list_models() if file.source is not None]
    assert kept.source.repo == REPO
    assert window.wiring.engine.ref == kept.ref == window.wiring.preferences.settings.model


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_way_to_a_model_is_found_in_a_small_window_too(open_window, paths, scale):
    window = open_window(fake_loader(paths))
    window.wiring.app.setTextScale(scale)
    window.root.resize(720, 480)
    window.until(lambda: window.find("openModelFile") is not None)
    start = window.item("startPage")

    def is_seen(button):
        top, bottom = (button.mapToItem(start, QPointF(0, y)).y() for y in (0, button.height()))
        return top >= 0 and bottom <= start.height()

    for name in ("getRealModel", "openModelFile"):
        button = window.item(name)
        button.forceActiveFocus(Qt.FocusReason.TabFocusReason)
        window.until(lambda button=button: is_seen(button))


@pytest.fixture
def page(open_window, paths, hub):
    """The page, with the catalogue read."""
    window = open_window(fake_loader(paths), look=lambda _: SMALL_MACHINE)
    window.press(Key.Key_2, Modifier.ControlModifier)
    window.until(lambda: window.find("catalogue1") is not None)
    return window


class PoisonedHub:
    """What a hub would say that wants to do harm, with nothing filtered on the way."""

    def find(self, _text, **_options):
        facts = {"licence": POISON, "languages": (POISON,), "architecture": POISON, "gated": True}
        return Found((FoundRepo(POISON, **facts),))

    def look_into(self, repo, _revision="main"):
        file = RemoteFile(POISON, 1_000_000)
        return RepoContent(RepoDetails(repo, "0" * 40, POISON), (RepoModel((file,), POISON),), POISON)

    def judge(self, *_):
        return FitReport(Verdict.FITS, POISON)

    def close(self): ...


def test_u01_poison_of_the_hub_reaches_no_network_and_stays_visible(page):
    library = page.wiring.library_page
    library.search._search = library.search._opened._search = PoisonedHub()
    page.click("modelSearch")
    page.type("anything")
    page.press(Key.Key_Return)
    page.until(lambda: page.find("hub0") is not None)
    page.click("hub0", "showFiles")
    page.until(lambda: page.find("hub0", "downloadButton") is not None)
    assert page.item("hub0", "hubTitle").property("text").endswith("std::vector<int> end")
    job = DownloadJob(POISON, (f"{POISON}.gguf",), title=POISON)
    trouble = GatedRepo("repo-gated", POISON, hint=POISON)
    library.downloads.take((Download(job, State.FAILED, problem=trouble),))
    page.until(lambda: page.find("download0", "downloadProblem") is not None)
    assert page.item("download0", "downloadProblem").property("text") == POISON
    file = page.paths.data / "<img src='x.png'>.gguf"
    file.write_bytes(tour_model().read_bytes())
    drop(page, file)
    page.until(lambda: library.importing.canImport)
    page.until(lambda: page.popup("importDialog").property("opened"))
    page.click("importOnly")
    page.until(lambda: len(library.on_disk.rows.rows) == 2)
    library.removed.take(Removal("0", replace(library.local.files[0], name=POISON), 1))
    page.until(lambda: page.find("removed0", "removedTitle") is not None)
    assert page.item("removed0", "removedTitle").property("text").endswith("std::vector<int> end")
    library.getting.copyFound.emit(POISON, POISON, POISON)
    page.until(lambda: page.popup("copyDialog").property("opened"))
    assert page.popup("copyDialog").property("title").startswith(POISON)
    page.grab(page.paths.data / "poison.png")
    assert network_wall.refused == []


def drop(window, *files):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    middle, buttons, keys = QPointF(700, 400), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(middle.toPoint(), Qt.DropAction.CopyAction, mime, buttons, keys)
    QCoreApplication.sendEvent(window.root, enter)
    dropped = QDropEvent(middle, Qt.DropAction.CopyAction, mime, buttons, keys)
    QCoreApplication.sendEvent(window.root, dropped)


def test_keys_mean_the_page_that_is_shown(page):
    page.type("lost")
    assert page.item("modelSearch").property("text") == ""
    page.press(Key.Key_K, Modifier.ControlModifier)
    page.type("falcon")
    page.until(lambda: page.find("searchHub") is not None)
    assert all("Falcon" in row.title for row in page.wiring.library_page.catalogue.rows.rows)
    page.press(Key.Key_Escape)
    page.until(lambda: page.find("recommended") is not None)
    page.press(Key.Key_1, Modifier.ControlModifier)
    page.until(lambda: page.find("composerInput") is not None)
    page.until(lambda: page.item("composerInput").hasActiveFocus())
    assert page.item("composerInput").property("text") == ""
    page.press(Key.Key_K, Modifier.ControlModifier)
    page.until(lambda: page.item("searchField").hasActiveFocus())


def test_every_tool_of_the_page_is_reached_with_the_tab_key_and_has_a_name(page):
    page.item("modelSearch").forceActiveFocus()
    reached, nameless = set(), []
    for _ in range(24):
        item = page.root.activeFocusItem()
        if item is not None and not accessible_name(item):
            nameless.append((item.objectName(), item.metaObject().className()))
        while item is not None:
            reached.add(item.objectName())
            item = item.parentItem()
        page.press(Key.Key_Tab)
    assert nameless == []
    wanted = {"modelSearch", "importFile", "downloadButton", "sizeChoice", "licenceLink", "pageLink"}
    assert (wanted | {"onDiskMore", "moreButton", "recommended", "onDisk0", "catalogue0"}) - reached == set()


def test_the_first_key_from_the_page_leads_to_its_search(page):
    page.until(lambda: page.item("modelsFlick").hasActiveFocus())
    page.press(Key.Key_Tab)
    assert page.item("modelSearch").hasActiveFocus()


def test_a_row_that_has_the_focus_is_scrolled_into_view(page):
    button = page.item("catalogue6", "moreButton")
    assert page.middle(button).y() > page.root.height()
    button.forceActiveFocus(Qt.FocusReason.TabFocusReason)
    page.until(lambda: 0 < page.middle(button).y() < page.root.height())


def test_a_licence_is_read_after_one_has_seen_where_the_link_goes(page):
    page.click("recommended", "licenceLink")
    page.until(lambda: page.popup("linkDialog").property("opened"))
    assert page.popup("linkDialog").property("host") == "www.apache.org"
    page.press(Key.Key_Escape)


@pytest.mark.parametrize("size", [(720, 480), (1440, 900)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_of_the_page_sticks_out(page, size, scale):
    status = page.item("onDisk0", "onDiskStatus")
    page.until(lambda: "in use" in status.property("text"))  # all it ever says: where it runs, what it takes
    page.wiring.app.setTextScale(scale)
    page.root.resize(*size)
    page.until(lambda: page.root.contentItem().width() == size[0])
    for names in (
        ("modelSearch",),
        ("importFile",),
        ("recommended",),
        ("onDisk0", "onDiskStatus"),
        ("onDisk0", "onDiskMore"),
    ):
        item = page.item(*names)
        page.until(lambda item=item: item.mapToScene(QPointF(item.width(), 0)).x() <= size[0])
    for row in ("catalogue0", "catalogue1"):
        item = page.item(row, "moreButton")
        page.until(lambda item=item: item.mapToScene(QPointF(item.width(), 0)).x() <= size[0])
