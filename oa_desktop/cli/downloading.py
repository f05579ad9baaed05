"""Ask the hub and download in the foreground: a bar on a terminal, Ctrl+C to stop so that it can go on."""

import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Generic, TypeVar

from oa_desktop.cli.download_line import progress_line
from oa_desktop.cli.output import StatusLine, note
from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.download.patience import Backoff, patiently
from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import LASTING
from oa_desktop.services.downloads.downloader import ModelDownloader, Received
from oa_desktop.services.downloads.job import DownloadJob

T = TypeVar("T")

RESUME: Final = "oa-desktop models resume"
_ASKING: Final = replace(Tuning(), attempts=3)
_REDRAW_S: Final = 0.15
_STOPPING_S: Final = 30.0


def ask(question: Callable[[], T]) -> T:
    """What the hub answers, asked again for some seconds while it is busy. Raises OaError."""
    return _Foreground(lambda control: patiently(question, Backoff(_ASKING), control)).wait()


def download(downloader: ModelDownloader, job: DownloadJob, limit: Callable[[], int]) -> Received:
    """The model, when it is there.

    Raises: OaError, with a hint how to go on where that helps; KeyboardInterrupt after Ctrl+C, when what
    came is safely kept and that has been said.
    """
    running = _Foreground(lambda control: downloader.download(job, control), limit)
    try:
        return running.wait()
    except KeyboardInterrupt:
        note(f"Stopped; what came of {printable(job.paths[0])} is kept. To go on: {RESUME}")
        raise
    except OaError as error:
        if running.latest.done_bytes and not isinstance(error, LASTING):
            error.hint = f"{error.hint} What came is kept; to go on: {RESUME}".strip()
        raise


class _Foreground(Generic[T]):
    """Work on a thread of its own, so that Ctrl+C reaches the one that waits and draws."""

    def __init__(self, work: Callable[[Control], T], limit: Callable[[], int] = lambda: 0) -> None:
        self.latest = Progress(Phase.ASKING)
        self._control = Control(limit=limit, report=self._report)
        self._work = work
        self._ended = threading.Event()
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._told = ""

    def wait(self) -> T:
        """Raises what the work raises; KeyboardInterrupt once it has stopped after Ctrl+C."""
        status, blocks = StatusLine(), _can_show_blocks()
        threading.Thread(target=self._run, name="download", daemon=True).start()
        try:
            while not self._ended.wait(_REDRAW_S):
                self._draw(status, blocks=blocks)
        except KeyboardInterrupt:
            self._control.stop.set()
            status.show("Stopping …")
            self._ended.wait(_STOPPING_S)
            if not self._results:
                raise
        finally:
            status.clear()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work(self._control))
        except BaseException as error:  # given to the thread that waits
            self._error = error
        finally:
            self._ended.set()

    def _draw(self, status: StatusLine, *, blocks: bool) -> None:
        """The line again; without a terminal, each kind of trouble once."""
        latest = self.latest
        status.show(progress_line(latest, shutil.get_terminal_size().columns - 1, blocks=blocks))
        if latest.problem is not None and latest.problem.title != self._told:
            self._told = latest.problem.title
            if not sys.stderr.isatty():
                note(f"{OaError('', self._told, hint='Trying again …').sentence}")

    def _report(self, progress: Progress) -> None:
        self.latest = progress


def _can_show_blocks() -> bool:
    try:
        "█░".encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
