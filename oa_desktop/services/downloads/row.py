"""One download as people see it, and how what it reports changes that. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum, auto

from oa_desktop.errors import OaError
from oa_desktop.hub.download.progress import Phase, Progress
from oa_desktop.services.downloads.job import DownloadJob


class State(StrEnum):
    """Of a download."""

    WAITING = auto()
    RUNNING = auto()
    ELSEWHERE = auto()
    """Another program of this person downloads the same model, and only that can stop it."""
    RETRYING = auto()
    CHECKING = auto()
    PAUSED = auto()
    FAILED = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Download:
    """One row of the queue.

    seconds_left: None while nobody knows. problem: why it is paused, failed or tried again.
    retry_in_s: while RETRYING. model_ref: once it is DONE; was_there: nothing had to be downloaded for it.
    """

    job: DownloadJob
    state: State
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_second: float = 0.0
    seconds_left: float | None = None
    checked_bytes: int = 0
    retry_in_s: float = 0.0
    problem: OaError | None = None
    model_ref: str = ""
    was_there: bool = False

    @property
    def key(self) -> str:
        """What the methods of the queue take."""
        return self.job.key

    @property
    def is_active(self) -> bool:
        """Whether it runs or will run by itself."""
        return self.state not in (State.PAUSED, State.FAILED, State.DONE)


def moved(row: Download, progress: Progress) -> Download:
    """The row after a report."""
    states = {
        Phase.ASKING: State.RUNNING,
        Phase.ELSEWHERE: State.ELSEWHERE,
        Phase.JOINING: State.WAITING,
        Phase.RECEIVING: State.RUNNING,
        Phase.RETRYING: State.RETRYING,
        Phase.CHECKING: State.CHECKING,
    }
    known = progress.total_bytes > 0
    left = progress.total_bytes - progress.done_bytes
    speed = progress.bytes_per_second
    return replace(
        row,
        state=states[progress.phase],
        done_bytes=progress.done_bytes if known else row.done_bytes,
        total_bytes=progress.total_bytes or row.total_bytes,
        bytes_per_second=speed,
        seconds_left=left / speed if speed >= 1 and progress.phase is Phase.RECEIVING else None,
        checked_bytes=progress.checked_bytes if known else row.checked_bytes,
        retry_in_s=progress.retry_in_s,
        problem=progress.problem,
    )
