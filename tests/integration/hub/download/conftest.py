"""A file on the local hub and everything needed to download it, with times short enough for a test.

Only what a test waits for is short; stalls are those of the app, since a busy machine has some of its own.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.locating import locate
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.download.tuning import Tuning
from tests.hub_server import HubServer, Trickle
from tests.made_gguf import made_model

REPO, FILE = "someone/model-GGUF", "model.Q4_K_M.gguf"
QUICK = Tuning(
    slowest_bytes_per_s=10_000,
    attempts=3,
    first_wait_s=0.01,
    longest_wait_s=0.05,
    note_s=0.02,
    flush_s=0.1,
    spare_bytes=0,
    reserve_bytes=0,
    most_lanes=1,
)


@dataclass
class Bench:
    """One file at one hub, and a folder to download it into."""

    server: HubServer
    content: bytes
    folder: Path
    hub: Hub
    tuning: Tuning = QUICK
    stop: threading.Event = field(default_factory=threading.Event)
    limit: Callable[[], int] = lambda: 0
    told: list[Progress] = field(default_factory=list)

    @property
    def parts(self) -> Path:
        return self.folder / ".downloads"

    @property
    def target(self) -> Path:
        return self.folder / "model.gguf"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def control(self) -> Control:
        return Control(self.stop, self.limit, self.told.append)

    def download(self, path: str = FILE, **tuning: object) -> Path:
        """The whole way, from the name to the file."""
        self.parts.mkdir(parents=True, exist_ok=True)
        quick = replace(self.tuning, **tuning)
        location = locate(self.hub, REPO, path, "main", self.control(), quick)
        return fetch(self.hub, Wanted(location, self.target), self.parts, self.control(), quick)

    def is_right(self) -> bool:
        return self.target.read_bytes() == self.content

    def left(self) -> list[str]:
        """What lies in the folders, but for locks, which are cleaned up at the next start."""
        files = (file for file in self.folder.rglob("*") if file.is_file())
        return sorted(file.name for file in files if file.suffix != ".lock")

    def ranges(self) -> list[str]:
        """What was asked of the storage: a Range each, empty for the whole file."""
        return [request.headers.get("range", "") for request in self.server.seen("cdn", "GET")]

    def sent_bytes(self) -> int:
        return sum(request.sent_bytes for request in self.server.seen("cdn", "GET"))

    def phases(self) -> set[Phase]:
        return {progress.phase for progress in self.told}


@pytest.fixture(scope="session")
def content() -> bytes:
    """A model of 3 MB."""
    return made_model(3_000_000)


@pytest.fixture(scope="session")
def large() -> bytes:
    """The 20 MB of the fault table."""
    return made_model(20_000_000, seed=14)


@pytest.fixture
def bench(hub_server: HubServer, content: bytes, tmp_path: Path) -> Bench:
    hub_server.add_repo(REPO, {FILE: content})
    return Bench(hub_server, content, tmp_path / "models", Hub(hub_server.endpoint))


def slowed(server: HubServer) -> None:
    """Enough for a person to press pause."""
    server.fail(Trickle(40_000_000), times=None)
