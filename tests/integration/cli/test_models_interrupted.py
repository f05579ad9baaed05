"""Ctrl+C and worse in the middle of `oa-desktop models download`: the next one goes on from there."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.hub_server import HubServer
from tests.hub_server.faults import Stall
from tests.hub_server.listener import SeenRequest
from tests.made_gguf import made_model

from .conftest import Command

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from .terminals import Terminal

REPO, FILE = "someone/model-GGUF", "model.Q4_K_M.gguf"
CONTENT = made_model(3_000_000)
HALF = len(CONTENT) // 2
DOWNLOAD = ("models", "download", REPO, FILE)


@pytest.fixture
def served(hub_server: HubServer) -> HubServer:
    hub_server.add_repo(REPO, {FILE: CONTENT})
    hub_server.fail(Stall(HALF, 60), method="GET", times=1)
    return hub_server


def environment(command: Command, hub: HubServer) -> dict[str, str]:
    person = str(command.home / "person")
    return command.environment(
        HF_ENDPOINT=hub.endpoint, HF_HUB_OFFLINE="", HF_TOKEN="", HOME=person, HF_HOME=person, TERM="xterm"
    )


def assert_goes_on(command: Command, hub: HubServer) -> None:
    """And has fetched little more than what was missing."""
    before = sum(request.sent_bytes for request in hub.seen("cdn", "GET"))
    done = subprocess.run(
        [sys.executable, "-m", "oa_desktop", "models", "resume"],
        env=environment(command, hub),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    models = command.home / "data" / "models"
    (file,) = models.glob("*.gguf")
    assert file.read_bytes() == CONTENT
    assert [path for path in (models / ".downloads").glob("*") if path.suffix != ".lock"] == []
    fetched = sum(request.sent_bytes for request in hub.seen("cdn", "GET")) - before
    assert 0 < fetched < len(CONTENT) * 0.9


def half_way(requests: Sequence[SeenRequest]) -> bool:
    return any(request.origin == "cdn" and request.sent_bytes >= HALF for request in requests)


def noted_bytes(folder: Path) -> int:
    """How much the notes beside part files say is there."""
    notes = [path for path in folder.glob("*.json") if not path.name.startswith(".")]
    return sum(end - start for path in notes for start, end in json.loads(path.read_bytes())["written"])


def test_d13_ctrl_c_at_a_terminal_keeps_what_came_and_says_how_to_go_on(
    command: Command, served: HubServer
) -> None:
    terminal = Terminal(environment(command, served), *DOWNLOAD)
    terminal.until("50%")
    assert "█" in terminal.shown
    terminal.press_ctrl_c()
    terminal.until("oa-desktop models resume")
    assert terminal.end() == 130
    assert_goes_on(command, served)


def test_d14_a_killed_download_goes_on_from_where_it_was(command: Command, served: HubServer) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "oa_desktop", *DOWNLOAD],
        env=environment(command, served),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    served.wait_for(half_way, 30)
    folder = command.home / "data" / "models" / ".downloads"
    served.wait_for(lambda _: noted_bytes(folder) > len(CONTENT) * 0.2, 30)
    process.kill()
    process.communicate()
    assert_goes_on(command, served)
