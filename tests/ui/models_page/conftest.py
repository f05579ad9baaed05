"""The app on its models page, over real services and the hub on loopback, on a small machine."""

import pytest

from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.paths import app_paths
from oa_desktop.services.downloads import downloader
from tests.memory_keyring import ring
from tests.ui.models_page.page_rows import MACHINE
from tests.ui.wired import Wired

__all__ = ["ring"]

QUICK = Tuning(first_wait_s=0.05, longest_wait_s=0.2, spare_bytes=0, reserve_bytes=0, note_s=0.05)


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
