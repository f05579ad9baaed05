"""The queue of downloads: real files from the local hub into a real library, through restarts and trouble."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from oa_desktop.errors import OaError, StorageError
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.progress import Control
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.paths import app_paths
from oa_desktop.services.downloads.downloader import ModelDownloader
from oa_desktop.services.downloads.job import DownloadJob
from oa_desktop.services.downloads.queue import Downloads
from oa_desktop.services.downloads.row import Download, State
from oa_desktop.services.library.models import ModelLibrary
from tests.hub_server import FlipByte, HubServer, Stall, Status
from tests.made_gguf import made_model

REPO, FILE = "someone/model-GGUF", "model.Q4_K_M.gguf"
QUICK = Tuning(attempts=2, first_wait_s=0.01, note_s=0.02, spare_bytes=0, reserve_bytes=0, most_lanes=1)
DEADLINE_S = 60


@dataclass
class Queue:
    """A queue whose changes can be waited for."""

    downloads: Downloads
    library: ModelLibrary
    told_at_start: OaError | None = None
    rows: dict[str, Download] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, rows: tuple[Download, ...]) -> None:
        self.rows = {row.key: row for row in rows}
        self.changed.set()

    async def until(self, key: str, holds: Callable[[Download], bool]) -> Download:
        async with asyncio.timeout(DEADLINE_S):
            while not (key in self.rows and holds(self.rows[key])):
                self.changed.clear()
                await self.changed.wait()
        return self.rows[key]

    async def until_state(self, key: str, *states: State) -> Download:
        return await self.until(key, lambda row: row.state in states)


@dataclass
class Place:
    """One person's folders and the hub they download from."""

    server: HubServer
    root: Path

    @property
    def models(self) -> Path:
        return app_paths({"OA_DESKTOP_HOME": str(self.root)}).models

    def files(self) -> list[str]:
        """Without locks and the list of models."""
        found = (file for file in self.models.rglob("*") if file.is_file())
        return sorted(f.name for f in found if f.suffix not in (".lock", ".json") or f.stem == "x")

    @asynccontextmanager
    async def queue(
        self, limit: Callable[[], int] = lambda: 0, tuning: Tuning = QUICK
    ) -> AsyncIterator[Queue]:
        library = ModelLibrary(app_paths({"OA_DESKTOP_HOME": str(self.root)}))
        downloader = ModelDownloader(Hub(self.server.endpoint), library, self.models, tuning)
        queue: Queue
        downloads = Downloads(downloader, lambda rows: queue.told(rows), limit)
        queue = Queue(downloads, library)
        queue.told_at_start = await downloads.open()
        try:
            yield queue
        finally:
            await downloads.close()


@pytest.fixture
def place(hub_server: HubServer, tmp_path: Path) -> Place:
    hub_server.add_repo(REPO, {FILE: made_model(1_000_000)})
    return Place(hub_server, tmp_path)


def held_up(server: HubServer) -> None:
    """Nothing comes after some bytes until there are no more faults."""
    server.fail(Stall(300_000, 3600), times=None)


async def test_a_download_ends_as_a_model_that_can_be_chosen(place: Place) -> None:
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,), title="My model"))
        row = await queue.until_state(key, State.DONE, State.PAUSED, State.FAILED)
        assert row.state is State.DONE, row.problem
        model = await asyncio.to_thread(queue.library.resolve, row.model_ref)
        assert model.source is not None
        assert (model.source.repo, model.source.paths) == (REPO, (FILE,))
        assert model.path.parent == place.models
        assert model.path.name.startswith("model.Q4_K_M-")
        assert model.path.read_bytes() == made_model(1_000_000)
        await queue.downloads.clear(key)
        assert queue.rows == {}
    assert place.files() == [model.path.name]


async def test_the_same_file_again_is_not_downloaded_again(place: Place) -> None:
    async with place.queue() as queue:
        first = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        one = await queue.until_state(first, State.DONE)
        place.server.add_repo("other/copy-GGUF", {"renamed.gguf": made_model(1_000_000)})
        second = await queue.downloads.add(DownloadJob("other/copy-GGUF", ("renamed.gguf",)))
        other = await queue.until_state(second, State.DONE)
    assert other.was_there
    assert other.model_ref == one.model_ref
    assert len(place.server.seen("cdn", "GET")) == 1


async def test_d17_two_repositories_with_one_file_name_give_two_models(place: Place) -> None:
    place.server.add_repo("other/model-GGUF", {FILE: made_model(900_000, seed=2)})
    place.server.add_repo("third/model-GGUF", {FILE.upper(): made_model(900_000, seed=3)})
    async with place.queue() as queue:
        jobs = [
            DownloadJob(REPO, (FILE,)),
            DownloadJob("other/model-GGUF", (FILE,)),
            DownloadJob("third/model-GGUF", (FILE.upper(),)),
        ]
        keys = [await queue.downloads.add(job) for job in jobs]
        refs = {(await queue.until_state(key, State.DONE)).model_ref for key in keys}
    assert len(refs) == 3
    assert len({name.lower() for name in place.files()}) == 3


async def test_pause_and_resume_and_the_speed_is_told(place: Place) -> None:
    held_up(place.server)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        row = await queue.until(key, lambda row: row.done_bytes > 100_000 and row.seconds_left is not None)
        assert row.bytes_per_second > 0
        await queue.downloads.pause(key)
        paused = queue.rows[key]
        assert paused.state is State.PAUSED
        assert paused.problem is None
        place.server.no_more_faults()
        await queue.downloads.resume(key)
        await queue.until_state(key, State.DONE)
    start = place.server.seen("cdn", "GET")[-1].headers["range"]
    assert int(start.removeprefix("bytes=").split("-")[0]) >= paused.done_bytes


async def test_cancelling_leaves_nothing(place: Place) -> None:
    held_up(place.server)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        await queue.until(key, lambda row: row.done_bytes > 100_000)
        await queue.downloads.cancel(key)
        assert queue.rows == {}
        assert place.files() == []


async def test_what_was_not_done_goes_on_after_a_restart_and_what_was_paused_does_not(place: Place) -> None:
    place.server.add_repo("other/model-GGUF", {FILE: made_model(1_100_000, seed=2)})
    held_up(place.server)
    async with place.queue() as queue:
        running = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        paused = await queue.downloads.add(DownloadJob("other/model-GGUF", (FILE,)))
        for key in (running, paused):
            await queue.until(key, lambda row: row.done_bytes > 50_000)
        await queue.downloads.pause(paused)
    place.server.no_more_faults()
    asked = len(place.server.seen("cdn", "GET"))
    async with place.queue() as queue:
        await queue.until_state(running, State.DONE)
        assert queue.rows[paused].state is State.PAUSED
        assert len(place.server.seen("cdn", "GET")) == asked + 1
        await queue.downloads.resume(paused)
        await queue.until_state(paused, State.DONE)


async def test_d02_a_hub_that_stalls_pauses_the_download_with_the_reason_also_after_a_restart(
    place: Place,
) -> None:
    place.server.fail(Stall(0, 3600), times=None)
    async with place.queue(tuning=replace(QUICK, stall_s=0.2)) as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        row = await queue.until_state(key, State.PAUSED)
        assert row.problem is not None
    async with place.queue() as queue:
        again = queue.rows[key]
        assert again.state is State.PAUSED
        assert again.problem is not None
        assert again.problem.title == row.problem.title
        place.server.no_more_faults()
        await queue.downloads.resume(key)
        await queue.until_state(key, State.DONE)


async def test_d04_damaged_data_fails_the_download_and_leaves_no_model(place: Place) -> None:
    place.server.fail(FlipByte(500_000), times=None)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        row = await queue.until_state(key, State.FAILED)
        assert row.problem is not None
        assert "damaged" in row.problem.title
        assert not any(name.endswith(".gguf") for name in place.files())
        await queue.downloads.cancel(key)
    assert place.files() == []


async def test_d07_a_repository_that_is_not_there_fails_at_once(place: Place) -> None:
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob("no/body", ("x.gguf",)))
        row = await queue.until_state(key, State.FAILED)
        assert row.problem is not None
        await queue.downloads.cancel(key)
    assert place.files() == []


async def test_d09_a_retry_is_counted_down(place: Place) -> None:
    place.server.fail(Status(429, {"Retry-After": "1"}))
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        row = await queue.until_state(key, State.RETRYING)
        assert 0 < row.retry_in_s <= 1
        assert row.problem is not None
        await queue.until_state(key, State.DONE)


async def test_d18_all_parts_of_a_split_model_arrive_and_make_one(place: Place) -> None:
    parts = {f"big-{n:05}-of-00003.gguf": made_model(400_000, seed=n) for n in (1, 2, 3)}
    place.server.add_repo("some/split-GGUF", {f"Q4/{name}": data for name, data in parts.items()})
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob("some/split-GGUF", tuple(f"Q4/{name}" for name in parts)))
        row = await queue.until_state(key, State.DONE, State.FAILED, State.PAUSED)
        assert row.done_bytes == row.total_bytes == sum(map(len, parts.values()))
    names = [name for name in place.files() if name.endswith(".gguf")]
    assert len(names) == 3
    assert len({name[: -len("-00001-of-00003.gguf")] for name in names}) == 1


HOSTILE = [
    "../x.gguf", "/etc/x.gguf", "a\\..\\b.gguf", "CON.gguf", "x" * 300 + ".gguf", "new\nline.gguf",
    "\u202egpj.gguf", "nul\0.gguf", "x.gguf/", "..", ".hidden.gguf", "模型.gguf", "a b&c?.gguf",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=[f"name {number}" for number in range(len(HOSTILE))])
async def test_d15_a_strange_name_gets_a_plain_one_inside_the_folder_for_models(
    place: Place, name: str, tmp_path: Path
) -> None:
    downloader = ModelDownloader(Hub(place.server.endpoint), ModelLibrary(app_paths()), place.models, QUICK)
    job = DownloadJob(REPO, (name,), sha256=("ab" * 32,))
    (target,) = downloader.targets(job)
    assert target.parent == place.models
    assert target.name.isascii()
    assert target.name.endswith("-ababababab.gguf")
    assert len(target.name) < 140
    assert not set(target.name) & set('<>:"/\\|?*\0\n')


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("where", ["to the root", "dangling", "a loop", "downloads elsewhere"])
async def test_d16_a_folder_for_models_that_leads_elsewhere_is_refused(
    place: Place, where: str, tmp_path: Path
) -> None:
    async with place.queue() as queue:
        models = place.models
        elsewhere = tmp_path / "elsewhere"
        if where == "downloads elsewhere":
            elsewhere.mkdir()
            models.mkdir(parents=True, exist_ok=True)
            (models / ".downloads").symlink_to(elsewhere)
        else:
            models.parent.mkdir(parents=True, exist_ok=True)
            if models.is_dir():
                for left in models.iterdir():
                    left.rmdir() if left.is_dir() else left.unlink()
                models.rmdir()
            models.symlink_to({"to the root": "/", "dangling": tmp_path / "gone", "a loop": models}[where])
        with suppress(StorageError):
            key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
            row = await queue.until_state(key, State.PAUSED, State.FAILED)
            assert row.problem is not None
        assert not elsewhere.exists() or not any(elsewhere.glob("*.part"))
    assert not list(Path("/").glob("model.Q4*"))


async def test_d16_no_note_of_a_download_is_written_through_a_link(place: Place, tmp_path: Path) -> None:
    job, precious = DownloadJob(REPO, (FILE,)), tmp_path / "precious.txt"
    precious.write_text("mine")
    sha256 = hashlib.sha256(made_model(1_000_000)).hexdigest()
    notes = place.models / ".downloads"
    async with place.queue(tuning=replace(QUICK, flush_s=0)) as queue:
        notes.mkdir(parents=True)
        for name in (f"{job.key}.job", f"{sha256}.json", f"{sha256}.json.flushed"):
            (notes / name).symlink_to(precious)
        await queue.until_state(await queue.downloads.add(job), State.DONE)
    assert precious.read_text() == "mine"
    assert [file.suffix for file in place.models.iterdir() if file.is_file()].count(".gguf") == 1


async def test_a_models_folder_on_another_disk_is_fine(place: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "large disk"
    elsewhere.mkdir()
    place.models.parent.mkdir(parents=True, exist_ok=True)
    place.models.symlink_to(elsewhere)
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        await queue.until_state(key, State.DONE)
    assert any(elsewhere.glob("*.gguf"))


async def test_a_limit_applies_to_a_download_that_runs(place: Place) -> None:
    limits = [200_000]
    async with place.queue(lambda: limits[0]) as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,)))
        row = await queue.until(key, lambda row: row.done_bytes > 0)
        assert row.state is not State.DONE
        limits[0] = 0
        await queue.until_state(key, State.DONE)


async def test_what_belongs_to_no_download_is_cleaned_up_at_the_next_start(place: Place) -> None:
    folder = place.models / ".downloads"
    folder.mkdir(parents=True)
    orphan = "cd" * 32
    for suffix in ("part", "json", "lock"):
        (folder / f"{orphan}.{suffix}").write_text("left")
    (folder / f".{orphan}.json.abc.tmp").write_text("left")
    (folder / "broken.job").write_text("{")
    async with place.queue():
        assert [file.name for file in folder.iterdir()] == []


async def test_what_came_of_a_file_that_the_hub_replaced_is_not_kept(place: Place) -> None:
    held_up(place.server)
    job = DownloadJob(REPO, (FILE,))
    async with place.queue() as queue:
        await queue.downloads.add(job)
        await queue.until(job.key, lambda row: row.done_bytes > 0)
    old = hashlib.sha256(made_model(1_000_000)).hexdigest()
    assert f"{old}.part" in place.files()
    place.server.no_more_faults()
    place.server.add_repo(REPO, {FILE: made_model(500_000)})
    library = ModelLibrary(app_paths({"OA_DESKTOP_HOME": str(place.root)}))
    downloader = ModelDownloader(Hub(place.server.endpoint), library, place.models, QUICK)
    model = await asyncio.to_thread(downloader.download, job, Control())
    assert place.files() == [model.model.path.name]


async def test_a_pinned_hash_that_is_not_the_hubs_is_refused(place: Place) -> None:
    async with place.queue() as queue:
        key = await queue.downloads.add(DownloadJob(REPO, (FILE,), pinned_sha256=("00" * 32,)))
        row = await queue.until_state(key, State.FAILED)
        assert row.problem is not None
        assert "not the file it should be" in row.problem.title
    assert place.server.seen("cdn", "GET") == []
