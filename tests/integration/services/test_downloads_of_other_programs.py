"""Downloads that this program does not do: those of another one beside it, and of a newer version."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import filelock
import pytest

from oa_desktop.errors import StorageError
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.progress import Control, Progress
from oa_desktop.hub.errors import DownloadStopped
from oa_desktop.paths import app_paths
from oa_desktop.services.downloads.downloader import ModelDownloader, Received
from oa_desktop.services.downloads.job import DownloadJob
from oa_desktop.services.downloads.jobs import JobFolder
from oa_desktop.services.downloads.row import State
from oa_desktop.services.library.model_folder import parts_beside
from oa_desktop.services.library.models import ModelLibrary
from tests.hub_server import HubServer
from tests.integration.services.test_downloads import FILE, QUICK, REPO, Place
from tests.made_gguf import made_model

JOB = DownloadJob(REPO, (FILE,))
SLOW_BYTES_PER_S = 20_000


@pytest.fixture
def place(hub_server: HubServer, tmp_path: Path) -> Place:
    hub_server.add_repo(REPO, {FILE: made_model(1_000_000)})
    return Place(hub_server, tmp_path)


def downloader_of(place: Place) -> ModelDownloader:
    """Of another program on the same folders."""
    library = ModelLibrary(app_paths({"OA_DESKTOP_HOME": str(place.root)}))
    return ModelDownloader(Hub(place.server.endpoint), library, place.models, QUICK)


class OtherProgram:
    """Downloads slowly until it is told to hurry or to stop."""

    def __init__(self, place: Place, job: DownloadJob) -> None:
        self._limit = SLOW_BYTES_PER_S
        self._progressed = threading.Event()
        self.stop = threading.Event()
        control = Control(self.stop, lambda: self._limit, self._report)
        downloader = downloader_of(place)
        self.work: asyncio.Future[Received] = asyncio.ensure_future(
            asyncio.to_thread(downloader.download, job, control)
        )

    async def has_begun(self) -> None:
        assert await asyncio.to_thread(self._progressed.wait, 60)

    def hurry(self) -> None:
        self._limit = 0

    def _report(self, progress: Progress) -> None:
        if progress.done_bytes:
            self._progressed.set()


@asynccontextmanager
async def other_program(place: Place, job: DownloadJob) -> AsyncIterator[OtherProgram]:
    program = OtherProgram(place, job)
    try:
        await program.has_begun()
        yield program
    finally:
        program.stop.set()
        await asyncio.gather(program.work, return_exceptions=True)


async def test_d13_what_another_program_downloads_is_stopped_there_and_not_here(place: Place) -> None:
    async with other_program(place, JOB) as other, place.queue() as queue:
        await queue.until_state(JOB.key, State.ELSEWHERE)
        for steer in (queue.downloads.pause, queue.downloads.cancel):
            with pytest.raises(DownloadStopped, match="Another program"):
                await steer(JOB.key)
        assert queue.rows[JOB.key].state is State.ELSEWHERE
        other.hurry()
        received = await other.work
        row = await queue.until_state(JOB.key, State.DONE)
        assert row.model_ref == received.model.ref
    assert len(place.server.seen("cdn", "GET")) == 1


async def test_d13_what_another_program_stopped_goes_on_here(place: Place) -> None:
    async with other_program(place, JOB) as other, place.queue() as queue:
        await queue.until_state(JOB.key, State.ELSEWHERE)
        other.stop.set()
        await queue.until_state(JOB.key, State.DONE)
    assert place.server.seen("cdn", "GET")[-1].headers["range"] != "bytes=0-"


async def test_d13_cancelling_a_paused_download_leaves_another_programs_alone(place: Place) -> None:
    parts = {f"big-{number:05}-of-00002.gguf": made_model(400_000, seed=number) for number in (1, 2)}
    place.server.add_repo(REPO, parts)
    job = DownloadJob(REPO, tuple(parts), paused=True)
    downloader_of(place).jobs.save(job)
    async with place.queue() as queue, other_program(place, job) as other:
        assert queue.rows[job.key].state is State.PAUSED
        with pytest.raises(DownloadStopped, match="Another program"):
            await queue.downloads.cancel(job.key)
        assert queue.rows[job.key].state is State.PAUSED
        other.hurry()
        received = await other.work
    assert [file.read_bytes() for file in parts_beside(received.model.path)] == list(parts.values())


async def test_d17_of_two_downloads_of_one_file_here_the_one_that_waits_is_cancelled(place: Place) -> None:
    place.server.add_repo("mirror/model-GGUF", {FILE: made_model(1_000_000)})
    limit = [SLOW_BYTES_PER_S]
    async with place.queue(lambda: limit[0]) as queue:
        first = await queue.downloads.add(JOB)
        await queue.until(first, lambda row: row.done_bytes > 0)
        second = await queue.downloads.add(DownloadJob("mirror/model-GGUF", (FILE,)))
        await asyncio.to_thread(place.server.wait_for, lambda seen: len(of_hub(place)) == 2, 60)
        await queue.until_state(second, State.WAITING)
        await queue.downloads.cancel(second)
        assert list(queue.rows) == [first]
        limit[0] = 0
        await queue.until_state(first, State.DONE)


def of_hub(place: Place) -> list[str]:
    return [request.path for request in place.server.requests if request.origin == "hub"]


@pytest.mark.skipif(sys.platform == "win32", reason="removes no file that another has open")
def test_d17_a_lock_that_another_program_took_at_once_is_left_to_it(tmp_path: Path) -> None:
    jobs = JobFolder(tmp_path)
    jobs.folder.mkdir()
    other, release = filelock.FileLock(jobs.lock_of(JOB.key)), filelock.FileLock.release

    def taken_at_once(lock: filelock.FileLock, *arguments: object, **options: bool) -> None:
        release(lock, *arguments, **options)
        patched.undo()
        other.acquire(timeout=0)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(filelock.FileLock, "release", taken_at_once)
        with jobs.alone(JOB.key):
            pass
    assert other.is_locked
    with pytest.raises(DownloadStopped), jobs.alone(JOB.key):
        pass


async def test_d17_a_model_whose_name_differs_by_case_is_not_taken_away_by_cancelling(place: Place) -> None:
    async with place.queue() as queue:
        await queue.downloads.add(JOB)
        row = await queue.until_state(JOB.key, State.DONE)
        model = await asyncio.to_thread(queue.library.resolve, row.model_ref)
    assert model.source is not None
    twin = DownloadJob("mirror/model-GGUF", (FILE.upper(),), sha256=model.source.sha256, paused=True)
    downloader = downloader_of(place)
    (target,) = downloader.targets(twin)
    assert target.name.lower() == model.path.name.lower()
    target.write_bytes(model.path.read_bytes())
    downloader.discard(twin)
    assert target.exists(), "on some disks this is the model itself"


def noted_by_newer(place: Place) -> dict[str, bytes]:
    """A download that version 2 of the note tells of, and its part; what lies there now."""
    folder = place.models / ".downloads"
    folder.mkdir(parents=True)
    note = {
        "version": 2,
        "title": "Big\x1b[31m",
        "files": [{"path": FILE, "sha256": "ab" * 32}],
        "paused": {},
    }
    (folder / f"{JOB.key}.job").write_text(json.dumps(note), encoding="utf-8")
    (folder / f"{'ab' * 32}.part").write_bytes(b"what came")
    (folder / f"{'ab' * 32}.json").write_text('{"version": 2}', encoding="utf-8")
    (folder / f"{'cd' * 32}.part").write_bytes(b"what a newer version keeps in its own way")
    return left(place)


def left(place: Place) -> dict[str, bytes]:
    files = (place.models / ".downloads").glob("*")
    return {file.name: file.read_bytes() for file in files if file.suffix != ".lock"}


async def test_what_a_newer_version_began_is_left_alone_and_told(place: Place) -> None:
    before = noted_by_newer(place)
    async with place.queue() as queue:
        assert queue.rows == {}
        assert queue.told_at_start is not None
        assert queue.told_at_start.title == "A download that a newer version of this app began is left alone."
        with pytest.raises(StorageError, match="newer version") as caught:
            await queue.downloads.add(JOB)
        assert JOB.key in caught.value.hint
        other = DownloadJob("other/model-GGUF", (FILE,), sha256=("ab" * 32,), paused=True)
        await asyncio.to_thread(downloader_of(place).jobs.save, other)
        await asyncio.to_thread(downloader_of(place).discard, other)
    assert left(place) == before


async def test_what_a_newer_version_began_is_removed_when_a_person_says_so(place: Place) -> None:
    noted_by_newer(place)
    downloader = downloader_of(place)
    (newer,) = downloader.jobs.newer()
    assert "\x1b" not in newer.name
    downloader.discard(newer)
    assert list(left(place)) == [f"{'cd' * 32}.part"]
    async with place.queue():
        assert left(place) == {}


async def test_locks_and_half_written_notes_of_no_download_are_cleaned_up(place: Place) -> None:
    folder = place.models / ".downloads"
    folder.mkdir(parents=True)
    old, young = folder / f".{JOB.key}.job.abc.tmp", folder / f".{JOB.key}.job.def.tmp"
    for file in (old, young, folder / f"{JOB.key}.lock"):
        file.write_bytes(b"")
    os.utime(old, (0, 0))
    async with place.queue():
        assert [file.name for file in folder.iterdir()] == [young.name]


def held_open(monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """As on Windows, while another program reads such a file."""
    remove = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == suffix:
            raise PermissionError(13, "another program has it open")
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)


async def test_a_model_is_there_also_when_the_note_of_its_download_stays(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        held_open(patched, ".job")
        received = await asyncio.to_thread(downloader_of(place).download, JOB, Control())
    async with place.queue() as queue:
        row = await queue.until_state(JOB.key, State.DONE)
        assert row.model_ref == received.model.ref
    assert place.files() == [received.model.path.name]


async def test_what_cannot_be_removed_is_one_sentence(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    downloader = downloader_of(place)
    downloader.jobs.save(JOB)
    held_open(monkeypatch, ".job")
    with pytest.raises(StorageError, match="cannot be removed"):
        downloader.discard(JOB)
