"""The folder of saved states: links, pipes, modes, what others do there, and a disk that is full."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.files import open_state
from oa_desktop.engine.resume.seal import StateRefused

from .branches import KEY, PROMPT, Engine, expected, names, reads_it_again, words
from .conftest import posix_only


@posix_only
def test_a_folder_with_the_name_of_a_state_is_left_alone_and_keeps_nothing_open(tmp_path: Path):
    engine = Engine(tmp_path)
    in_the_way = tmp_path / KEY / ("0" * 32 + ".kv")
    in_the_way.mkdir()
    engine.ask(words(100))
    engine.save()
    before = psutil.Process().num_fds()
    for salt in range(1, 6):
        engine.ask(words(100, salt))
        engine.save()
    assert psutil.Process().num_fds() == before
    assert in_the_way.exists()
    assert len(names(tmp_path)) == 6 + 1


@posix_only
def test_a_folder_is_no_file_of_ours_and_is_not_kept_open(tmp_path: Path):
    before = os.dup(0)
    os.close(before)
    with pytest.raises(StateRefused):
        open_state(tmp_path)
    after = os.dup(0)
    os.close(after)
    assert after == before


@posix_only
def test_a_link_is_not_followed_and_what_it_points_to_stays(saved: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    saved.rename(elsewhere)
    saved.symlink_to(elsewhere)
    reads_it_again(tmp_path)
    assert elsewhere.exists()


@posix_only
def test_a_link_that_appears_while_the_engine_runs_is_not_followed(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    saved.rename(elsewhere)
    saved.symlink_to(elsewhere)
    assert engine.ask(PROMPT).end.reused_tokens == 0
    assert engine.saved.counts().refused == 1
    assert elsewhere.exists()
    assert not saved.is_symlink()


@posix_only
def test_a_linked_folder_is_not_used(tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / KEY).symlink_to(elsewhere)
    with pytest.raises(NotADirectoryError):
        Engine(tmp_path)


@posix_only
def test_a_pipe_is_neither_waited_for_nor_kept(saved: Path, tmp_path: Path):
    saved.unlink()
    os.mkfifo(saved)
    reads_it_again(tmp_path)
    assert not saved.exists()


def test_other_files_in_the_folder_are_left_alone(saved: Path, tmp_path: Path):
    mine = [tmp_path / "notes.txt", saved.with_name("notes.kv"), tmp_path / "folder" / f"{'0' * 32}.kv"]
    mine[2].parent.mkdir()
    for path in mine:
        path.write_text("mine")
    Engine(tmp_path, limits=Limits(0, spare_bytes=0))
    assert not saved.exists()
    assert all(path.exists() for path in mine)


@posix_only
def test_only_its_owner_can_read_what_is_saved(saved: Path):
    assert saved.stat().st_mode & 0o777 == 0o600
    assert saved.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_removed_by_others_is_not_saved_again_by_an_engine_that_remembers_it(
    saved: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    engine = Engine(tmp_path)
    engine.ask(PROMPT)
    engine.ask(words(200, 3))
    shutil.rmtree(saved.parent)
    engine.save()
    assert not names(tmp_path)
    Engine(tmp_path).ask(PROMPT)
    engine.ask(words(200, 4))
    engine.save()
    assert not names(tmp_path), "not into a new folder of the same name either"
    assert engine.ask(PROMPT).texts == [expected(PROMPT)]


def test_a_new_folder_of_the_same_name_is_not_taken_for_the_one_that_was_removed(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    engine.ask(PROMPT)
    engine.ask(words(200, 3))
    shutil.rmtree(saved.parent)
    Engine(tmp_path)
    assert saved.parent.exists()
    engine.save()
    assert not names(tmp_path)


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system of 64 KiB, where the system lets us mount one."""
    folder = Path(tempfile.mkdtemp(prefix="oa-tiny-"))
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("a file system of our own cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


def test_a_full_disk_disturbs_no_reply_is_told_once_and_leaves_nothing(
    tiny_disk: Path, caplog: pytest.LogCaptureFixture
):
    engine = Engine(tiny_disk)
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 60_000)
    for salt in range(3):
        answer = engine.ask(words(800, salt))
        assert answer.texts == [expected(words(800, salt))]
        engine.save()
    assert not list(tiny_disk.glob("*/*"))
    assert len([record for record in caplog.records if "could not be saved" in record.message]) == 1
    ballast.unlink()
    engine.ask(words(800, 7))
    engine.save()
    assert Engine(tiny_disk).ask(words(800, 7)).end.reused_tokens == 799


def test_a_disk_that_is_nearly_full_is_left_to_others(tmp_path: Path):
    free = shutil.disk_usage(tmp_path).free
    engine = Engine(tmp_path, limits=Limits(1 << 30, spare_bytes=2 * free))
    engine.ask(PROMPT)
    engine.save()
    assert not names(tmp_path)


READ_ONLY = """
import json, os, sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from integration.engine_resume.branches import Engine, expected, words
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
engine = Engine(Path({root!r}))
answer = engine.ask(words(300))
engine.save()
print(json.dumps([answer.texts == [expected(words(300))], answer.end.reused_tokens]))
"""


@posix_only
def test_a_folder_that_cannot_be_written_disturbs_no_reply(tmp_path: Path):
    root = Path(tempfile.mkdtemp(prefix="oa-states-"))
    root.chmod(0o755)
    (root / KEY).mkdir(mode=0o755)
    source = READ_ONLY.format(tests=str(Path(__file__).parents[2]), root=str(root))
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, 0]
    assert "could not be saved" in done.stderr
    shutil.rmtree(root)
