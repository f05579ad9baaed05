"""Downloads that are paused, cancelled or killed, and what their notes are worth afterwards."""

import hashlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from oa_desktop.errors import StorageError
from oa_desktop.hub.download.following_hash import FollowingHash
from oa_desktop.hub.download.progress import Phase, Progress
from oa_desktop.hub.errors import DownloadCancelled
from tests.hub_server import HubServer, SeenRequest, Stall, Trickle

from .child import child
from .conftest import FILE, REPO, Bench

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


def storage_sent(requests: Sequence[SeenRequest]) -> int:
    return sum(request.sent_bytes for request in requests if request.origin == "cdn")


def test_d14_killed_twenty_times_at_random_it_ends_with_the_right_file(
    hub_server: HubServer, large: bytes, tmp_path: Path
) -> None:
    hub_server.add_repo(REPO, {FILE: large})
    # no child gets it whole, however late it is killed: over two connections twenty bring 18 MB at most
    hub_server.fail(Trickle(6_000_000), Stall(600_000, 3600), times=None)
    dice = random.Random(14)
    for kills in range(TIMES):
        before, wanted = len(hub_server.seen()), dice.randrange(100_000, 500_000)
        process = child(hub_server, tmp_path, lanes=1 + kills % 2)
        try:
            hub_server.wait_for(lambda seen, n=before, wanted=wanted: storage_sent(seen[n:]) >= wanted)
        finally:
            process.kill()
            process.communicate()
        part = next(tmp_path.glob(".downloads/*.part"), None)
        assert part is not None, "it was killed before it was whole"
    hub_server.no_more_faults()
    process = child(hub_server, tmp_path)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert hashlib.sha256((tmp_path / "model.gguf").read_bytes()).digest() == hashlib.sha256(large).digest()
    left = {file.suffix for file in tmp_path.rglob("*") if file.is_file()}
    assert left <= {".gguf", ".lock"}
    last = hub_server.seen("cdn", "GET")[-1].headers["range"]
    assert int(last.removeprefix("bytes=").split("-")[0]) > 1_000_000, "the last run began where others ended"


def next_once_stopped(checking: FollowingHash, file: BinaryIO, limit: int) -> bytes:
    """Reads nothing until nobody wants it any more."""
    checking._stopped.wait(60)
    return file.read(limit)


def test_cancelling_while_the_file_is_checked_is_prompt_and_keeps_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AtCheck:
        def append(self, progress: Progress) -> None:
            if progress.phase is Phase.CHECKING:
                bench.stop.set()

    bench.told = AtCheck()
    with monkeypatch.context() as slow_disk:
        slow_disk.setattr(FollowingHash, "_next", next_once_stopped)
        with pytest.raises(DownloadCancelled):
            bench.download()
    assert not bench.target.exists()
    bench.stop.clear()
    bench.told = []
    asked = len(bench.ranges())
    bench.download()
    assert bench.is_right()
    assert len(bench.ranges()) == asked, "all bytes were there"


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
