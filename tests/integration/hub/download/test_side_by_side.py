"""One file wanted twice at once, fetched over several connections, and no faster than it may."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.locating import locate
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.errors import DownloadCancelled
from tests.hub_server import HubServer, Status, Trickle

from .child import child
from .conftest import FILE, QUICK, REPO, Bench, slowed


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
