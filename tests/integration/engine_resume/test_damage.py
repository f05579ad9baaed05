"""A saved state that is not as it was sealed is removed, counted, and the prompt is read."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.files import new_temporary, open_state
from oa_desktop.engine.resume.seal import StateRefused, read_seal

from .branches import KEY, Engine, expected, names, words

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and pipes of POSIX")
PROMPT = words(300)
FOOTER_BYTES = 8 + 8 + 4 + 4 + 3 * 16 + 32


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The one file of a saved branch."""
    engine = Engine(tmp_path)
    engine.ask(PROMPT)
    engine.save()
    (path,) = tmp_path.glob("*/*.kv")
    return path


def reads_it_again(root: Path) -> Engine:
    engine = Engine(root)
    answer = engine.ask(PROMPT)
    assert answer.texts == [expected(PROMPT)]
    assert answer.end.reused_tokens == 0
    assert engine.saved.counts().restored_tokens == 0
    return engine


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x40
    path.write_bytes(data)


def test_a_sound_file_is_used(saved: Path, tmp_path: Path):
    assert Engine(tmp_path).ask(PROMPT).end.reused_tokens == 299


@pytest.mark.parametrize("from_end", range(1, FOOTER_BYTES + 1))
def test_every_byte_of_the_seal_counts(saved: Path, tmp_path: Path, from_end: int):
    flip(saved, -from_end)
    reads_it_again(tmp_path)
    assert not saved.exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.7, 0.79, 0.81, 0.9, 0.95])
def test_a_flipped_bit_anywhere_in_the_state_or_the_tokens_is_noticed(saved: Path, tmp_path: Path, share):
    flip(saved, int(share * (saved.stat().st_size - FOOTER_BYTES)))
    reads_it_again(tmp_path)
    assert not saved.exists()


@pytest.mark.parametrize("left", [0, 1, 50, FOOTER_BYTES, 1000, -1, -FOOTER_BYTES])
def test_a_file_that_was_cut_short_is_noticed(saved: Path, tmp_path: Path, left: int):
    saved.write_bytes(saved.read_bytes()[:left])
    reads_it_again(tmp_path)
    assert not saved.exists()


def test_a_file_that_grew_is_noticed(saved: Path, tmp_path: Path):
    saved.write_bytes(saved.read_bytes() + b"more")
    reads_it_again(tmp_path)
    assert not saved.exists()


def test_damage_after_the_start_of_the_engine_is_noticed_and_counted(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    flip(saved, 500)
    answer = engine.ask(PROMPT)
    assert answer.texts == [expected(PROMPT)]
    assert answer.end.reused_tokens == 0
    assert engine.saved.counts().refused == 1
    assert not saved.exists()
    engine.save()
    assert Engine(tmp_path).ask(PROMPT).end.reused_tokens == 299


def test_what_hangs_on_a_damaged_file_goes_with_it(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    engine.ask([*PROMPT, *words(100, 5)])
    engine.save()
    assert len(names(tmp_path)) == 2
    flip(saved, 500)
    later = Engine(tmp_path)
    assert later.ask([*PROMPT, *words(100, 5)]).end.reused_tokens == 0
    assert not names(tmp_path)


def test_a_branch_without_what_it_hangs_on_is_cleared_away(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    engine.ask([*PROMPT, *words(100, 5)])
    engine.save()
    saved.unlink()
    assert Engine(tmp_path).saved.counts().branches == 0
    assert not names(tmp_path)


def test_a_file_of_another_model_does_not_pass_for_one_of_ours(saved: Path, tmp_path: Path):
    other = tmp_path / ("cd" * 16)
    other.mkdir()
    shutil.copy(saved, other)
    engine = Engine(tmp_path, key="cd" * 16)
    assert engine.ask(PROMPT).end.reused_tokens == 0
    assert not (other / saved.name).exists()
    assert saved.exists(), "the other one's own file stays"


def test_a_file_under_the_name_of_another_is_refused(saved: Path, tmp_path: Path):
    wrong = saved.with_name("0" * 32 + ".kv")
    saved.rename(wrong)
    reads_it_again(tmp_path)
    assert not wrong.exists()


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
def test_a_file_that_says_it_holds_billions_of_tokens_is_refused_unread(tmp_path: Path):
    count = 2**32 - 1
    fields = struct.pack(
        "<8sQII16s16s16s", b"OADKVST1", 0, 0, count, bytes.fromhex(KEY), bytes(16), bytes(16)
    )
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.seek(4 * count)  # a hole takes no room on the disk
        file.write(fields + bytes(32))
    with huge.open("rb") as file, pytest.raises(StateRefused, match="size"):
        read_seal(file, KEY, 0)


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


def test_a_file_that_is_gone_is_no_fault(saved: Path, tmp_path: Path):
    engine = Engine(tmp_path)
    saved.unlink()
    assert engine.ask(PROMPT).end.reused_tokens == 0
    assert engine.saved.counts().refused == 0


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


def test_what_a_killed_engine_had_begun_is_cleared_away_and_what_is_being_written_is_not(tmp_path: Path):
    first = Engine(tmp_path)
    folder = first.folder.path
    path, file = new_temporary(folder, "0" * 32)
    leftover = folder / f"{'1' * 32}.1234.abcd.tmp"
    leftover.write_bytes(b"half")
    Engine(tmp_path)
    assert not leftover.exists()
    assert path.exists()
    file.close()
    Engine(tmp_path)
    assert not path.exists()


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


DIES = """
import os, sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from integration.engine_resume.branches import Engine, words
from oa_desktop.engine.fake import FakeBackend
class Dying(FakeBackend):
    def restore_sequence(self, sequence, path):
        os._exit(9)
Engine(Path({root!r}), Dying()).ask(words(300))
"""


def test_a_state_that_ends_the_engine_does_so_only_once(saved: Path, tmp_path: Path):
    source = DIES.format(tests=str(Path(__file__).parents[2]), root=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 9
    assert len(names(tmp_path)) == 1, "what was being read is still there, under another name"
    reads_it_again(tmp_path)
    assert not names(tmp_path)


def test_a_state_that_is_being_restored_is_not_cleared_away_by_an_engine_that_starts(
    saved: Path, tmp_path: Path
):
    engine = Engine(tmp_path)
    with engine.folder.lent(saved.stem) as path:
        Engine(tmp_path)
        assert path.exists()
    assert saved.exists()
    assert engine.ask(PROMPT).end.reused_tokens == 299


SAVES = """
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from integration.engine_resume.branches import Engine, words
engine = Engine(Path({root!r}))
print("ready", flush=True)
for salt in range(10_000):
    engine.ask(words(600, salt % 50 + salt), max_tokens=2)
    engine.save()
"""


def test_an_engine_killed_while_it_saves_leaves_nothing_that_is_used_or_stays(tmp_path: Path):
    source = SAVES.format(tests=str(Path(__file__).parents[2]), root=str(tmp_path))
    for round_ in range(6):
        process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        wait_for_file(tmp_path, round_)
        process.kill()
        process.wait()
        process.stdout.close()
        engine = Engine(tmp_path)
        assert not list(tmp_path.glob("*/*.tmp"))
        assert engine.saved.counts().refused == 0
        for salt in range(3):
            prompt = words(600, salt % 50 + salt)
            assert engine.ask(prompt).texts == [expected(prompt)]
    assert engine.saved.counts().restored_tokens > 0


def wait_for_file(root: Path, count: int) -> None:
    """Until so many more files are there; the moment is another one each time."""
    wanted = len(list(root.glob("*/*"))) + count + 1
    _until(lambda: len(list(root.glob("*/*"))) >= wanted)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_two_engines_in_one_folder_do_not_hurt_each_other(tmp_path: Path):
    small = Limits(20_000, spare_bytes=0)
    left, right = Engine(tmp_path, limits=small), Engine(tmp_path, limits=small)
    for salt in range(12):
        for engine in (left, right):
            prompt = words(200 + 20 * salt, salt % 3)
            assert engine.ask(prompt).texts == [expected(prompt)]
            engine.save()
    assert left.saved.counts().refused == right.saved.counts().refused == 0
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= small.size_bytes
