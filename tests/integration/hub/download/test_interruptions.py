"""Downloads that are stopped, killed, joined, short of space, or given strange folders."""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.errors import OaError, StorageError
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.locating import locate
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.errors import DownloadCancelled, DownloadStopped
from tests.hub_server import HubServer, Stall, Status, Trickle
from tests.made_gguf import made_model

from .conftest import FILE, QUICK, REPO, Bench

TIMES = 20


class StopAt:
    """Sets the stop once so many bytes came."""

    def __init__(self, bench: Bench, done_bytes: int) -> None:
        self._bench = bench
        self._at = done_bytes

    def append(self, progress: Progress) -> None:
        if progress.done_bytes >= self._at:
            self._bench.stop.set()


def stopped_after(bench: Bench, more_bytes: int, done_bytes: int = 0, **tuning: object) -> None:
    """Brings so many bytes more, then nothing, and is told to stop."""
    bench.server.fail(Stall(more_bytes, 3600))
    bench.told = StopAt(bench, done_bytes + more_bytes)
    with pytest.raises(DownloadCancelled):
        bench.download(note_s=0.005, **tuning)
    bench.stop.clear()
    bench.told = []


def slowed(server: HubServer) -> None:
    """Enough for a person to press pause."""
    server.fail(Trickle(40_000_000), times=None)


def test_d13_paused_twenty_times_nothing_is_fetched_twice(bench: Bench) -> None:
    dice = random.Random(13)
    done = [0]
    for _ in range(TIMES):
        more = dice.randrange(1, 140_000)
        stopped_after(bench, more, done[-1])
        done.append(done[-1] + more)
    bench.download()
    assert bench.is_right()
    asked = [request.headers.get("range") or "bytes=0-" for request in bench.server.seen("cdn", "GET")]
    assert [int(text.removeprefix("bytes=").split("-")[0]) for text in asked] == done


def test_d13_what_is_paused_is_noted_to_the_byte(bench: Bench) -> None:
    stopped_after(bench, 1_000_000)
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[-1].startswith("bytes=1000000-")
    assert bench.told[0].done_bytes in (0, 1_000_000)


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


@pytest.fixture(scope="session")
def large() -> bytes:
    """The 20 MB of the fault table."""
    return made_model(20_000_000, seed=14)


def child(server: HubServer, folder: Path, lanes: int = 1) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, server.endpoint, REPO, FILE, str(folder), str(lanes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_d14_killed_twenty_times_at_random_it_ends_with_the_right_file(
    hub_server: HubServer, large: bytes, tmp_path: Path
) -> None:
    hub_server.add_repo(REPO, {FILE: large})
    hub_server.fail(Trickle(6_000_000), times=None)
    dice = random.Random(14)
    kills, furthest = 0, 0
    while kills < TIMES:
        process = child(hub_server, tmp_path, lanes=1 + kills % 2)
        assert process.stdout is not None
        wanted = furthest + dice.randrange(100_000, 500_000)
        for line in process.stdout:
            if line.strip() == "done" or int(line) >= wanted:
                break
        process.kill()
        process.communicate()
        kills += 1
        part = next(tmp_path.glob(".downloads/*.part"), None)
        assert part is not None, "it was killed before it was whole"
        furthest = wanted
    hub_server.no_more_faults()
    process = child(hub_server, tmp_path)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert hashlib.sha256((tmp_path / "model.gguf").read_bytes()).digest() == hashlib.sha256(large).digest()
    left = {file.suffix for file in tmp_path.rglob("*") if file.is_file()}
    assert left <= {".gguf", ".lock"}
    last = hub_server.seen("cdn", "GET")[-1].headers["range"]
    assert int(last.removeprefix("bytes=").split("-")[0]) > 1_000_000, "the last run began where others ended"


def test_cancelling_while_the_file_is_checked_is_prompt_and_keeps_it(bench: Bench) -> None:
    class AtCheck:
        def append(self, progress: Progress) -> None:
            if progress.done_bytes == progress.total_bytes > 0:
                bench.stop.set()

    bench.told = AtCheck()
    with pytest.raises(DownloadCancelled):
        bench.download()
    assert not bench.target.exists()
    bench.stop.clear()
    bench.told = []
    asked = len(bench.ranges())
    bench.download()
    assert bench.is_right()
    assert len(bench.ranges()) == asked, "all bytes were there"


def test_d12_a_disk_that_is_too_small_is_told_before_the_first_byte(bench: Bench) -> None:
    with pytest.raises(DownloadStopped, match="the disk has") as caught:
        bench.download(spare_bytes=1 << 60)
    assert caught.value.code == "disk-full"
    assert bench.ranges() == []


def test_d12_a_disk_that_fills_up_meanwhile_pauses_the_download(bench: Bench) -> None:
    slowed(bench.server)
    with pytest.raises(DownloadStopped, match="The disk is full"):
        bench.download(reserve_bytes=1 << 60, note_s=0.01)
    assert any(name.endswith(".part") for name in bench.left())
    bench.server.no_more_faults()
    bench.download()
    assert bench.is_right()


TOLD_CHILD = CHILD.replace("fetch(hub", "from oa_desktop.errors import OaError\ntry:\n    fetch(hub").replace(
    'print("done", flush=True)', "except OaError as error:\n    print(error.code, error.title, flush=True)"
)
BOUND_CHILD = TOLD_CHILD.replace("try:", "import os\nif os.geteuid() == 0:\n    os.setuid(65534)\ntry:")
FULL_CHILD = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
{TOLD_CHILD}"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are of POSIX")
def test_d12_a_write_that_fails_for_want_of_space_keeps_what_is_there(bench: Bench) -> None:
    process = subprocess.run(
        [sys.executable, "-c", FULL_CHILD, bench.server.endpoint, REPO, FILE, str(bench.folder), "1"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
        check=False,
    )
    assert "disk-full The disk is full" in process.stdout, process.stderr
    before = len(bench.ranges())
    bench.download()
    assert bench.is_right()
    start = int(bench.ranges()[before].removeprefix("bytes=").split("-")[0])
    assert 700_000 < start <= 1_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders are of POSIX")
def test_a_folder_that_cannot_be_written_is_told(bench: Bench) -> None:
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        (Path(root) / ".downloads").mkdir(mode=0o555)
        process = subprocess.run(
            [sys.executable, "-c", BOUND_CHILD, bench.server.endpoint, REPO, FILE, root, "1"],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=60,
            check=False,
        )
    assert "cannot be written" in process.stdout, process.stderr


def test_a_file_where_the_folder_should_be_is_told(bench: Bench) -> None:
    bench.folder.mkdir()
    bench.parts.write_text("here is something else")
    with pytest.raises((OaError, FileExistsError)):
        bench.download()
    assert bench.ranges() == []


def test_d16_a_link_where_the_part_should_lie_is_not_written_through(bench: Bench, tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    bench.parts.mkdir(parents=True)
    (bench.parts / f"{bench.sha256}.part").symlink_to(precious)
    with pytest.raises(OaError):
        bench.download()
    assert precious.read_text() == "mine"


def test_d16_a_hard_link_where_the_part_should_lie_is_not_written_to(bench: Bench, tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    bench.parts.mkdir(parents=True)
    (bench.parts / f"{bench.sha256}.part").hardlink_to(precious)
    with pytest.raises(OaError, match="Something else lies"):
        bench.download()
    assert precious.read_text() == "mine"


def test_d16_a_note_that_is_a_link_is_not_believed(bench: Bench, tmp_path: Path) -> None:
    bench.parts.mkdir(parents=True)
    (bench.parts / f"{bench.sha256}.json").symlink_to("/dev/zero")
    bench.download()
    assert bench.is_right()


NOTES: dict[str, Callable[[str], str]] = {
    "not json": lambda _: "{",
    "other size": lambda note: note.replace('"size": ', '"size": 1'),
    "numbers below nothing": lambda note: note.replace('"written": [[0', '"written": [[-5'),
    "no list": lambda note: note.replace('"written": [[', '"written": [[[').replace("]]", "]]]", 1),
    "more than there is": lambda note: note.replace('"written": [[0, ', '"written": [[0, 29'),
    "empty": lambda _: "",
}


@pytest.mark.parametrize("damage", NOTES)
def test_a_note_that_was_damaged_costs_time_and_nothing_else(bench: Bench, damage: str) -> None:
    stopped_after(bench, 500_000)
    note = next(bench.parts.glob("*.json"))
    note.write_text(NOTES[damage](note.read_text()))
    bench.server.no_more_faults()
    bench.download()
    assert bench.is_right()


def test_what_a_newer_version_of_the_app_noted_is_left_alone(bench: Bench) -> None:
    stopped_after(bench, 500_000)
    note = next(bench.parts.glob("*.json"))
    note.write_text(note.read_text().replace('"version": 1', '"version": 2'))
    before = {file.name: file.read_bytes() for file in bench.parts.iterdir()}
    with pytest.raises(StorageError, match="newer version"):
        bench.download()
    assert {file.name: file.read_bytes() for file in bench.parts.iterdir()} == before


def test_after_a_restart_of_the_machine_only_what_was_flushed_counts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_after(bench, 500_000, flush_s=3600)
    monkeypatch.setattr("psutil.boot_time", lambda: 1.0)
    bench.server.no_more_faults()
    before = len(bench.ranges())
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[before] == "", "nothing had been flushed"


def test_d14_what_was_written_before_a_kill_is_not_taken_for_flushed_after_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_after(bench, 500_000, flush_s=3600)
    stopped_after(bench, 1, 500_000, flush_s=3600)
    monkeypatch.setattr("psutil.boot_time", lambda: 1.0)
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[-1] == "", "nothing had been flushed"


@pytest.mark.parametrize("left", ["empty", "gone"])
def test_d14_a_note_that_a_loss_of_power_emptied_costs_only_what_was_not_flushed(
    bench: Bench, left: str
) -> None:
    stopped_after(bench, 1_000_000, flush_s=0)
    stopped_after(bench, 1, 1_000_000, flush_s=3600)
    note = next(bench.parts.glob("*.json"))
    note.write_bytes(b"") if left == "empty" else note.unlink()
    (bench.parts / f".{note.name}.killed.tmp").write_bytes(b"{")
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[-1].startswith("bytes=1000000-")
    assert bench.left() == [bench.target.name]


def test_d17_the_same_file_twice_at_once_is_fetched_once(bench: Bench) -> None:
    bench.limit = lambda: 0 if Phase.JOINING in bench.phases() else 100_000
    with ThreadPoolExecutor(2) as both:
        files = list(both.map(lambda _: bench.download(), range(2)))
    assert files == [bench.target, bench.target]
    assert bench.is_right()
    assert len(bench.ranges()) == 1
    assert Phase.JOINING in bench.phases()


def test_d17_two_processes_fetch_the_same_file_once(bench: Bench) -> None:
    slowed(bench.server)
    processes = [child(bench.server, bench.folder) for _ in range(2)]
    for process in processes:
        output, error = process.communicate(timeout=60)
        assert output.strip().endswith("done"), error
    assert bench.is_right()
    assert len(bench.ranges()) == 1


def test_waiting_for_another_program_can_be_cancelled(bench: Bench) -> None:
    other = replace(bench, stop=threading.Event(), told=[])
    bench.limit = lambda: 0 if other.stop.is_set() else 100_000

    class StopWhenJoining:
        def append(self, progress: Progress) -> None:
            if progress.phase is Phase.JOINING:
                other.stop.set()

    other.told = StopWhenJoining()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(bench.download)
        bench.server.wait_for(lambda requests: any(seen.origin == "cdn" for seen in requests))
        with pytest.raises(DownloadCancelled):
            other.download()
        assert first.result() == bench.target


def test_several_connections_bring_the_same_file(hub_server: HubServer, large: bytes, tmp_path: Path) -> None:
    hub_server.add_repo(REPO, {FILE: large})
    hub_server.fail(Trickle(8_000_000), times=None)
    bench = Bench(hub_server, large, tmp_path, Hub(hub_server.endpoint))
    bench.download(most_lanes=4, trial_s=0.1, note_s=0.02, least_lane_bytes=500_000)
    assert bench.is_right()
    ranges = bench.ranges()
    assert len(ranges) > 1, "the connection is slow, so another one was tried"
    assert bench.sent_bytes() < 2 * len(large)


def test_a_server_that_takes_no_second_connection_is_content_with_one(
    hub_server: HubServer, large: bytes, tmp_path: Path
) -> None:
    hub_server.add_repo(REPO, {FILE: large})
    hub_server.fail(Trickle(20_000_000), times=1)
    hub_server.fail(Status(503), times=None)
    bench = Bench(hub_server, large, tmp_path, Hub(hub_server.endpoint))
    bench.download(most_lanes=4, trial_s=0.1, note_s=0.02, least_lane_bytes=500_000)
    assert bench.is_right()
    assert len(bench.ranges()) == 2
    assert Phase.RETRYING not in bench.phases()


def test_a_limit_is_kept(bench: Bench) -> None:
    bench.parts.mkdir(parents=True)
    control = Control(threading.Event(), lambda: 6_000_000, bench.told.append)
    location = locate(bench.hub, REPO, FILE, "main", control, QUICK)
    began = time.monotonic()
    fetch(bench.hub, Wanted(location, bench.target), bench.parts, control, QUICK)
    assert time.monotonic() - began > 0.35, "3 MB at 6 MB/s"
    assert bench.is_right()


def shortened(part: Path) -> None:
    os.truncate(part, 100_000)


def replaced(part: Path) -> None:
    part.unlink()
    part.write_bytes(bytes(500_000))


@pytest.mark.skipif(os.name == "nt", reason="a file that is open cannot be taken away there")
@pytest.mark.parametrize("change", [shortened, replaced])
def test_a_part_that_another_program_changes_never_becomes_a_model(
    bench: Bench, change: Callable[[Path], None]
) -> None:
    bench.server.fail(Trickle(5_000_000), times=None)
    changed = threading.Event()

    def change_once(progress: Progress) -> None:
        if progress.done_bytes > 500_000 and not changed.is_set():
            changed.set()
            change(next(bench.parts.glob("*.part")))

    bench.parts.mkdir(parents=True)
    location = locate(bench.hub, REPO, FILE, "main", bench.control(), QUICK)
    control = Control(bench.stop, lambda: 0, change_once)
    with pytest.raises(DownloadStopped):
        fetch(bench.hub, Wanted(location, bench.target), bench.parts, control, QUICK)
    assert not bench.target.exists()
    bench.server.no_more_faults()
    bench.download()
    assert bench.is_right()
    assert bench.left() == [bench.target.name]
