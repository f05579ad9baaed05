"""A full disk, a limited file and a folder that cannot be written are told and survived."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oa_desktop.store.errors import DiskFull
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.session import Session
from oa_desktop.store.worker import StoreWorker

from .trees import answer, started

HERE = Path(__file__).parent
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="limits and modes of POSIX")


def limited(kind: str, database: Path) -> dict[str, Any]:
    program = [sys.executable, HERE / "limited_child.py", kind, database]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system of 512 KiB, where the system lets us mount one."""
    folder = Path(tempfile.mkdtemp(prefix="oa-tiny-"))
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    mounted = (
        mount is not None
        and subprocess.run([mount, *options], capture_output=True, check=False).returncode == 0
    )
    if not mounted:
        folder.rmdir()
        pytest.skip("a file system of our own cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


def test_s04_a_full_file_system_loses_nothing_and_writes_again_after_room_was_made(tiny_disk: Path) -> None:
    files = StoreFiles(tiny_disk / "oa-desktop.db")
    worker = StoreWorker.open(files.database)
    root = worker.submit(started).result()
    kept = []
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 100_000)
    full = False
    for i in range(100):
        reply = answer(root, f"answer {i} " * 1000)
        try:
            worker.submit(lambda store, reply=reply: store.messages.add([reply])).result()
        except DiskFull:
            full = True
            break
        kept.append(reply)
    assert full
    assert len(worker.submit(lambda store: store.messages.tree(root.tree_id)).result()) == len(kept) + 1
    ballast.unlink()
    small = answer(root, "small")
    worker.submit(lambda store: store.messages.add([small])).result()
    worker.close()
    session = Session(files)
    tree = session.store.messages.tree(root.tree_id)
    assert {message.id for message in tree.walk()} == {root.id, small.id, *(reply.id for reply in kept)}
    session.close()


def test_s04_a_store_on_a_full_disk_opens_for_reading_with_a_notice(tiny_disk: Path) -> None:
    files = StoreFiles(tiny_disk / "oa-desktop.db")
    session = Session(files)
    started(session.store, title="still readable")
    session.close()
    (tiny_disk / "ballast").write_bytes(b"")
    with (tiny_disk / "ballast").open("ab", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    session = Session(files)
    assert session.read_only
    assert [type(notice) for notice in session.notices] == [DiskFull]
    assert [line.title for line in session.store.conversations.list()] == ["still readable"]
    session.close()


@posix_only
def test_s04_a_first_start_on_a_full_disk_says_that_it_is_full(tiny_disk: Path) -> None:
    free = shutil.disk_usage(tiny_disk).free
    (tiny_disk / "ballast").write_bytes(b"x" * (free - 20 * 1024))
    database = tiny_disk / "oa-desktop.db"
    worker = StoreWorker.open(database)
    assert [type(notice) for notice in worker.notices] == [DiskFull]
    assert worker.read_only
    worker.close()
    (tiny_disk / "ballast").unlink()
    worker = StoreWorker.open(database)
    assert not worker.read_only
    worker.close()


def test_s05_a_file_size_limit_is_told_and_lifted_limits_let_it_go_on(files: StoreFiles) -> None:
    seen = limited("file-size", files.database)
    assert seen["small"] == ["done"] * 3
    assert set(seen["refused"]) <= {"disk-full", "store-failed"}
    assert seen["reads"] == 3
    assert (seen["again"], seen["trees"]) == ("done", 4)


@posix_only
@pytest.mark.parametrize("journal", ["closed", "crashed"])
def test_s07_a_folder_that_cannot_be_written_opens_for_reading(journal: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="oa-readonly-"))
    try:
        files = StoreFiles(folder / "made" / "oa-desktop.db")
        session = Session(files)
        started(session.store, "What is a llama?", title="Llamas")
        if journal == "closed":
            session.close()
        shown = StoreFiles(folder / "shown" / "oa-desktop.db")
        shutil.copytree(files.database.parent, shown.database.parent)
        if journal == "crashed":
            session.close()
        for path in (folder, shown.database.parent):
            path.chmod(0o555)
        for path in shown.database.parent.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        seen = limited("read-only", shown.database)
        expected = {"read_only": True, "titles": ["Llamas"], "write": "store-read-only", "search": 1}
        assert seen == expected
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(folder)
