"""Downloads that several hands reach for at once: clicks in a row, other programs, other repositories."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.progress import Control
from oa_desktop.paths import app_paths
from oa_desktop.services.downloads.downloader import ModelDownloader
from oa_desktop.services.downloads.job import DownloadJob
from oa_desktop.services.downloads.row import State
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.library.model_folder import parts_beside
from oa_desktop.services.library.models import ModelLibrary
from tests.hub_server import FlipByte, HubServer, SlowStart, Trickle
from tests.integration.services.test_downloads import FILE, QUICK, REPO, Place, held_up
from tests.made_gguf import made_model

DEADLINE_S = 30


@pytest.fixture
def place(hub_server: HubServer, tmp_path: Path) -> Place:
    hub_server.add_repo(REPO, {FILE: made_model(1_000_000)})
    return Place(hub_server, tmp_path)


def downloaded_elsewhere(place: Place, job: DownloadJob) -> ModelFile:
    """By another program on the same folders."""
    library = ModelLibrary(app_paths({"OA_DESKTOP_HOME": str(place.root)}))
    downloader = ModelDownloader(Hub(place.server.endpoint), library, place.models, QUICK)
    return downloader.download(job, Control()).model


@pytest.mark.parametrize("repo", [REPO, "mirror/model-GGUF"])
async def test_d13_cancelling_takes_no_model_away_that_came_another_way(place: Place, repo: str) -> None:
    place.server.add_repo("mirror/model-GGUF", {FILE: made_model(1_000_000)})
    held_up(place.server)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        await queue.until(key, lambda row: row.done_bytes > 0)
        await queue.downloads.pause(key)
        place.server.no_more_faults()
        model = await asyncio.to_thread(downloaded_elsewhere, place, DownloadJob(repo, (FILE,)))
        await queue.downloads.cancel(key)
        assert model.path.read_bytes() == made_model(1_000_000)
    assert place.files() == [model.path.name]


async def test_d13_what_waits_its_turn_is_paused_and_cancelled_at_once(place: Place) -> None:
    repos = [f"someone/number-{number}-GGUF" for number in range(4)]
    for number, repo in enumerate(repos):
        place.server.add_repo(repo, {FILE: made_model(1_000_000, seed=number + 2)})
    place.server.fail(Trickle(20_000), times=None)
    async with place.queue() as queue:
        keys = [await queue.downloads.add(DownloadJob(repo, (FILE,))) for repo in repos]
        await queue.until(keys[0], lambda row: row.done_bytes > 0)
        async with asyncio.timeout(DEADLINE_S):
            await queue.downloads.pause(keys[2])
            await queue.downloads.cancel(keys[3])
        assert queue.rows[keys[2]].state is State.PAUSED
        assert keys[3] not in queue.rows


async def test_d17_the_same_download_clicked_three_times_is_one(place: Place) -> None:
    held_up(place.server)
    async with place.queue() as queue:
        job = DownloadJob(REPO, (FILE,))
        keys = await asyncio.gather(*(queue.downloads.add(job) for _ in range(3)))
        await queue.until(keys[0], lambda row: row.done_bytes > 0)
        await asyncio.gather(queue.downloads.pause(keys[0]), queue.downloads.cancel(keys[0]))
        assert queue.rows == {}
    assert place.files() == []
    assert len(place.server.seen("cdn", "GET")) == 1


async def test_d13_a_hub_that_does_not_answer_holds_up_neither_a_pause_nor_the_end(place: Place) -> None:
    place.server.fail(SlowStart(3600), origin="hub", times=None)
    async with asyncio.timeout(DEADLINE_S), place.queue() as queue:
        jobs = [DownloadJob(REPO, (FILE,)), DownloadJob("other/model-GGUF", (FILE,))]
        first, _ = [await queue.downloads.add(job) for job in jobs]
        await asyncio.to_thread(place.server.wait_for, lambda requests: len(requests) == 2)
        await queue.downloads.pause(first)
        assert queue.rows[first].state is State.PAUSED


async def test_d04_a_failed_download_begun_anew_gets_what_the_hub_has_now(place: Place) -> None:
    place.server.fail(FlipByte(70_000), times=None)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        await queue.until_state(key, State.FAILED)
        place.server.no_more_faults()
        commit = place.server.add_repo(REPO, {FILE: made_model(900_000, seed=2)})
        await queue.downloads.add(DownloadJob(REPO, (FILE,), revision=commit))
        row = await queue.until_state(key, State.DONE, State.PAUSED)
        model = await asyncio.to_thread(queue.library.resolve, row.model_ref)
        assert model.path.read_bytes() == made_model(900_000, seed=2)


async def test_d17_split_models_that_begin_alike_are_both_kept(place: Place) -> None:
    paths = tuple(f"big-{number:05}-of-00002.gguf" for number in (1, 2))
    first, *seconds = (made_model(200_000, seed=seed) for seed in (1, 2, 3))
    async with place.queue() as queue:
        models = []
        for number, second in enumerate(seconds):
            repo = f"some/split-{number}-GGUF"
            place.server.add_repo(repo, dict(zip(paths, (first, second), strict=True)))
            key = await queue.downloads.add(DownloadJob(repo, paths))
            row = await queue.until_state(key, State.DONE, State.PAUSED, State.FAILED)
            models.append(await asyncio.to_thread(queue.library.show, row.model_ref))
    found = [[part.read_bytes() for part in parts_beside(model.path)] for model in models]
    assert found == [[first, second] for second in seconds]


async def test_d12_a_split_model_that_will_not_fit_is_told_before_its_first_byte(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {f"big-{number:05}-of-00003.gguf": made_model(200_000, seed=number) for number in (1, 2, 3)}
    place.server.add_repo("some/split-GGUF", parts)
    total, used, _ = shutil.disk_usage(place.root)
    usage = type(shutil.disk_usage(place.root))(total, used, 500_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob("some/split-GGUF", tuple(parts)))
        row = await queue.until_state(key, State.PAUSED, State.DONE)
    assert row.problem is not None
    assert row.problem.code == "disk-full"
    assert place.server.seen("cdn", "GET") == []


async def test_two_downloads_keep_the_limit_together(place: Place) -> None:
    place.server.add_repo("other/model-GGUF", {FILE: made_model(1_000_000, seed=2)})
    async with place.queue(lambda: 1_000_000) as queue:
        began = time.monotonic()
        for repo in (REPO, "other/model-GGUF"):
            await queue.downloads.add(DownloadJob(repo, (FILE,)))
        for key in list(queue.rows):
            await queue.until_state(key, State.DONE)
    assert time.monotonic() - began > 1.3


NO_JOBS = ["null", "12", '"x"', "[]", "{}", '{"version": 1, "size_bytes": Infinity}']


@pytest.mark.parametrize("text", NO_JOBS)
async def test_a_note_of_a_download_that_makes_no_sense_is_left_out(place: Place, text: str) -> None:
    notes = place.models / ".downloads"
    notes.mkdir(parents=True)
    whole = '{"version": 1, "repo": "a/b", "paths": ["x"], "revision": "", "title": "", '
    text = text.replace('{"version": 1, ', whole)
    (notes / "0123456789abcdef.job").write_text(text, encoding="utf-8")
    async with place.queue() as queue:
        assert queue.rows == {}
    assert place.files() == []


async def test_what_came_stays_while_the_note_of_it_cannot_be_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_up(place.server)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        await queue.until(key, lambda row: row.done_bytes > 0)
        await queue.downloads.pause(key)
    before = place.files()

    def refused(_path: Path) -> bytes:
        raise PermissionError(13, "another program has it open")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refused)
        async with place.queue() as queue:
            assert queue.rows == {}
    assert place.files() == before
    async with place.queue() as queue:
        assert queue.rows[key].state is State.PAUSED
