"""Where a download is kept: too little space, folders that cannot be written, links, other programs."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from oa_desktop.errors import OaError
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.locating import locate
from oa_desktop.hub.download.progress import Control, Progress
from oa_desktop.hub.errors import DownloadStopped
from tests.hub_server import Trickle

from .child import BOUND_CHILD, FULL_CHILD
from .conftest import FILE, QUICK, REPO, Bench, slowed


def told(code: str, bench: Bench, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What a program of its own says of its download into `folder`."""
    return subprocess.run(
        [sys.executable, "-c", code, bench.server.endpoint, REPO, FILE, str(folder), "1"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
        check=False,
    )


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


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are of POSIX")
def test_d12_a_write_that_fails_for_want_of_space_keeps_what_is_there(bench: Bench) -> None:
    process = told(FULL_CHILD, bench, bench.folder)
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
        process = told(BOUND_CHILD, bench, Path(root))
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
