"""A download in a process of its own, which can be killed, bound, or short of space."""

import os
import subprocess
import sys
from pathlib import Path

from tests.hub_server import HubServer

from .conftest import FILE, REPO

CHILD = """
import sys
from pathlib import Path
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.locating import locate
from oa_desktop.hub.download.progress import Control
from oa_desktop.hub.download.tuning import Tuning
endpoint, repo, file, folder, lanes = sys.argv[1:]
folder = Path(folder)
(folder / ".downloads").mkdir(parents=True, exist_ok=True)
tuning = Tuning(spare_bytes=0, reserve_bytes=0, note_s=0.01, flush_s=0.05, most_lanes=int(lanes),
                trial_s=0.02, least_lane_bytes=100_000, first_wait_s=0.01)
hub = Hub(endpoint)
control = Control(report=lambda progress: print(progress.done_bytes, flush=True))
location = locate(hub, repo, file, "main", control, tuning)
fetch(hub, Wanted(location, folder / "model.gguf"), folder / ".downloads", control, tuning)
print("done", flush=True)
"""


def child(server: HubServer, folder: Path, lanes: int = 1) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, server.endpoint, REPO, FILE, str(folder), str(lanes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


TOLD_CHILD = CHILD.replace("fetch(hub", "from oa_desktop.errors import OaError\ntry:\n    fetch(hub").replace(
    'print("done", flush=True)', "except OaError as error:\n    print(error.code, error.title, flush=True)"
)
BOUND_CHILD = TOLD_CHILD.replace("try:", "import os\nif os.geteuid() == 0:\n    os.setuid(65534)\ntry:")
FULL_CHILD = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
{TOLD_CHILD}"""
