"""The queue of downloads behind the window: started, paused, continued and told of; it outlives the app."""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from oa_desktop.errors import OaError
from oa_desktop.hub.download.progress import Control, Progress
from oa_desktop.hub.errors import LASTING, DownloadCancelled, DownloadStopped
from oa_desktop.services.downloads.downloader import ModelDownloader, Received
from oa_desktop.services.downloads.job import DownloadJob, NewerJob
from oa_desktop.services.downloads.row import Download, State, moved
from oa_desktop.services.downloads.sentences import begun_by_newer, elsewhere

_log = logging.getLogger(__name__)

_AT_ONCE = 2


@dataclass(slots=True)
class _Running:
    control: Control
    work: "Future[Received]"
    task: "asyncio.Task[None]"


class Downloads:
    """Lives in one event loop, in which its methods are called and `on_change` is; downloads run on threads.

    limit: asked for the most bytes per second, 0 for no limit.
    """

    def __init__(
        self,
        downloader: ModelDownloader,
        on_change: Callable[[tuple[Download, ...]], None],
        limit: Callable[[], int] = lambda: 0,
    ) -> None:
        self._downloader = downloader
        self._on_change = on_change
        self._limit = limit
        self._rows: dict[str, Download] = {}
        self._running: dict[str, _Running] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="download")

    async def open(self) -> OaError | None:
        """Take up what was not done when the app ended: what was paused stays so, the rest goes on.

        Returns what is to be told of those that a newer version of the app began.
        """
        jobs, newer = await asyncio.to_thread(self._unfinished)
        for job, came in jobs:
            trouble = OaError(job.trouble[0], job.trouble[1], hint=job.trouble[2]) if job.trouble else None
            self._rows[job.key] = Download(
                job,
                State.PAUSED if job.paused else State.WAITING,
                done_bytes=came,
                total_bytes=job.size_bytes,
                problem=trouble,
            )
        for job, _ in jobs:
            if not job.paused:
                self._start(job)
        self._tell()
        return begun_by_newer(newer) if newer else None

    async def add(self, job: DownloadJob) -> str:
        """Download this as well; the same as one that is there continues that. Returns its key.

        Raises: StorageError when it cannot be noted down.
        """
        async with self._turns[job.key]:
            row = self._rows.get(job.key)
            if row is not None and row.state is State.PAUSED:
                await self._go_on(row.job)
            elif row is None or not row.is_active:
                await self._go_on(job, anew=row is not None)
        return job.key

    async def pause(self, key: str) -> None:
        """Stop it for now; what came is kept. Raises DownloadStopped when another program downloads it."""
        async with self._turns[key]:
            self._require_ours(key)
            await self._end(key)
            row = self._rows.get(key)
            if row is None or not row.is_active:
                return
            job = await asyncio.to_thread(self._downloader.jobs.change, row.job, paused=True, trouble=None)
            self._put(replace(row, job=job, state=State.PAUSED, problem=None, bytes_per_second=0.0))

    async def resume(self, key: str) -> None:
        """Let one go on that is paused or failed. Raises StorageError."""
        async with self._turns[key]:
            row = self._rows.get(key)
            if row is not None and row.state in (State.PAUSED, State.FAILED):
                await self._go_on(row.job)

    async def cancel(self, key: str) -> None:
        """End it and leave nothing of it.

        Raises: DownloadStopped when another program downloads it, and nothing changes; StorageError.
        """
        async with self._turns[key]:
            self._require_ours(key)
            await self._end(key)
            row = self._rows.get(key)
            try:
                if row is not None and row.state is not State.DONE:
                    await asyncio.to_thread(self._downloader.discard, row.job)
            except DownloadStopped:
                if row is not None and row.is_active:
                    self._start(row.job)
                raise
            except BaseException:
                self._taken_off(key)
                raise
            self._taken_off(key)

    async def clear(self, key: str) -> None:
        """Take a row away whose download is done."""
        if key in self._rows and self._rows[key].state is State.DONE:
            del self._rows[key]
            self._tell()

    async def close(self) -> None:
        """Stop all; they go on when the queue is opened again."""
        for key in list(self._running):
            await self._end(key)
        await asyncio.to_thread(self._threads.shutdown)

    def _require_ours(self, key: str) -> None:
        row = self._rows.get(key)
        if row is not None and row.state is State.ELSEWHERE:
            raise elsewhere()

    def _taken_off(self, key: str) -> None:
        self._rows.pop(key, None)
        self._tell()

    def _unfinished(self) -> tuple[list[tuple[DownloadJob, int]], tuple[NewerJob, ...]]:
        """Those that can go on, each with how much of it came."""
        jobs = self._downloader.jobs
        jobs.clean()
        return [(job, self._downloader.came_bytes(job)) for job in jobs.load()], jobs.newer()

    async def _go_on(self, job: DownloadJob, *, anew: bool = False) -> None:
        """anew: what was noted of it the last time, such as its commit, does not count."""
        jobs = self._downloader.jobs
        if anew:
            await asyncio.to_thread(jobs.save, job)
        else:
            job = await asyncio.to_thread(jobs.change, job, paused=False, trouble=None)
        before = self._rows.get(job.key)
        done = before.done_bytes if before is not None else 0
        self._rows[job.key] = Download(job, State.WAITING, done_bytes=done, total_bytes=job.size_bytes)
        self._start(job)
        self._tell()

    def _start(self, job: DownloadJob) -> None:
        loop = asyncio.get_running_loop()

        def report(progress: Progress) -> None:
            loop.call_soon_threadsafe(self._progressed, job.key, control, progress)

        control = Control(threading.Event(), self._share_of_limit, report)
        work = self._threads.submit(self._downloader.download, job, control)
        task = asyncio.create_task(self._run(job, work))
        self._running[job.key] = _Running(control, work, task)

    def _share_of_limit(self) -> int:
        """What one download may take, for all to keep the limit together. Called from any thread."""
        limit = self._limit()
        return max(1, limit // max(1, min(_AT_ONCE, len(self._running)))) if limit else 0

    async def _run(self, job: DownloadJob, work: "Future[Received]") -> None:
        try:
            received = await asyncio.wrap_future(work)
        except DownloadCancelled:
            return
        except OaError as problem:
            await self._troubled(job.key, problem)
        except Exception as bug:
            _log.exception("a download failed")
            mistake = OaError("internal-error", f"The app made a mistake ({type(bug).__name__}).")
            await self._troubled(job.key, mistake)
        else:
            self._received(job.key, received)
        finally:
            self._running.pop(job.key, None)

    async def _end(self, key: str) -> None:
        running = self._running.get(key)
        if running is not None:
            running.control.stop.set()
            running.work.cancel()  # what still waits for a thread need not wait for it
            await asyncio.gather(running.task, return_exceptions=True)

    async def _troubled(self, key: str, problem: OaError) -> None:
        state = State.FAILED if isinstance(problem, LASTING) else State.PAUSED
        row = self._rows[key]
        job, told = row.job, (problem.code, problem.title, problem.hint)
        try:
            job = await asyncio.to_thread(self._downloader.jobs.change, job, paused=True, trouble=told)
        except OaError as second:
            _log.warning("%s %s", second.title, second.detail)
        self._put(
            replace(row, job=job, state=state, problem=problem, bytes_per_second=0.0, seconds_left=None)
        )

    def _received(self, key: str, received: Received) -> None:
        row = self._rows[key]
        self._put(
            replace(
                row,
                state=State.DONE,
                done_bytes=row.total_bytes,
                bytes_per_second=0.0,
                seconds_left=None,
                problem=None,
                model_ref=received.model.ref,
                was_there=received.was_there,
            )
        )

    def _progressed(self, key: str, control: Control, progress: Progress) -> None:
        running, row = self._running.get(key), self._rows.get(key)
        if running is None or running.control is not control or row is None or control.stop.is_set():
            return
        self._put(moved(row, progress))

    def _put(self, row: Download) -> None:
        self._rows[row.key] = row
        self._tell()

    def _tell(self) -> None:
        self._on_change(tuple(self._rows.values()))
