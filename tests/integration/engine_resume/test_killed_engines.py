"""Engines that are killed while they save or restore, and two of them in one folder."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from oa_desktop.engine.resume.eviction import Limits
from oa_desktop.engine.resume.files import new_temporary

from .branches import PROMPT, Engine, expected, names, reads_it_again, words


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
