"""Run one download in the foreground: a bar on a terminal, Ctrl+C to stop it so that it can go on."""

import shutil
import sys
import threading
from collections.abc import Callable

from oa_desktop.cli.download_line import progress_line
from oa_desktop.cli.output import StatusLine, note
from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.errors import DownloadDamaged, GatedRepo, NotFoundOnHub
from oa_desktop.services.download_jobs import DownloadJob
from oa_desktop.services.downloading import ModelDownloader, Received

RESUME = "oa-desktop models resume"
_REDRAW_S = 0.15
_STOPPING_S = 30.0
_FINAL = (DownloadDamaged, GatedRepo, NotFoundOnHub)
"""Trouble after which going on would be of no use."""


def download(downloader: ModelDownloader, job: DownloadJob, limit: Callable[[], int] = lambda: 0) -> Received:
    """The model, when it is there.

    Raises: OaError, with a hint how to go on where that helps; KeyboardInterrupt after Ctrl+C, when what
    came is safely kept and that has been said.
    """
    running = _Running(downloader, job, limit)
    status = StatusLine()
    try:
        while not running.ended.wait(_REDRAW_S):
            running.show(status)
    except KeyboardInterrupt:
        running.control.stop.set()
        status.show("Stopping …")
        running.ended.wait(_STOPPING_S)
        if running.received is None:
            status.clear()
            note(f"Stopped; what came of {printable(job.paths[0])} is kept. To go on: {RESUME}")
            raise
    finally:
        status.clear()
    return running.result()


class _Running:
    """The download on a thread of its own, so that Ctrl+C reaches the one that waits."""

    def __init__(self, downloader: ModelDownloader, job: DownloadJob, limit: Callable[[], int]) -> None:
        self.control = Control(limit=limit, report=self._report)
        self.ended = threading.Event()
        self.received: Received | None = None
        self._job = job
        self._error: BaseException | None = None
        self._latest = Progress(Phase.ASKING)
        self._told = ""
        self._blocks = _can_show_blocks()
        threading.Thread(target=self._run, args=(downloader,), name="download", daemon=True).start()

    def show(self, status: StatusLine) -> None:
        """Draw the line again; without a terminal, say each kind of trouble once."""
        latest = self._latest
        columns = shutil.get_terminal_size().columns - 1
        status.show(progress_line(latest, columns, blocks=self._blocks))
        if latest.problem is not None and latest.problem.title != self._told:
            self._told = latest.problem.title
            if not sys.stderr.isatty():
                note(f"{self._told} Trying again.")

    def result(self) -> Received:
        """What it ended with."""
        error = self._error
        if isinstance(error, OaError) and self._latest.done_bytes and not isinstance(error, _FINAL):
            error.hint = f"{error.hint} What came is kept; to go on: {RESUME}".strip()
        if error is not None:
            raise error
        assert self.received is not None
        return self.received

    def _run(self, downloader: ModelDownloader) -> None:
        try:
            self.received = downloader.download(self._job, self.control)
        except BaseException as error:  # given to the thread that waits
            self._error = error
        finally:
            self.ended.set()

    def _report(self, progress: Progress) -> None:
        self._latest = progress


def _can_show_blocks() -> bool:
    try:
        "█░".encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
