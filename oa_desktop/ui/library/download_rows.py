"""The lines of the downloads. Pure."""

import math
from dataclasses import dataclass

from oa_desktop.gguf.errors import printable
from oa_desktop.services.downloads.row import Download, State
from oa_desktop.ui.library.row_state import fraction, progress_text

GATED_CODES = ("repo-gated", "token-refused", "token-invalid")
"""Of trouble that a token of the person may mend."""


@dataclass(frozen=True, slots=True)
class DownloadRow:
    """One download. wants_token: a login is missing. moves: a line of progress is worth showing."""

    key: str
    title: str
    source: str
    text: str
    progress: float
    moves: bool
    problem: str = ""
    hint: str = ""
    repo: str = ""
    can_pause: bool = False
    can_resume: bool = False
    can_retry: bool = False
    can_cancel: bool = True
    wants_token: bool = False


def download_row(download: Download, waited_s: float = 0.0) -> DownloadRow:
    """The line. waited_s: how long ago the service told of it, for the count-down."""
    state, problem = download.state, download.problem
    text = progress_text(download)
    if state is State.RETRYING:
        left = max(0, math.ceil(download.retry_in_s - waited_s))
        text = f"Trying again in {left} s" if left else "Trying again"
    stopped = problem is not None and not download.is_active
    return DownloadRow(
        key=download.key,
        title=download_title(download),
        source=source_text(download),
        text=text,
        progress=fraction(download),
        moves=not stopped,
        problem=problem.title if problem else "",
        hint=problem.hint if problem and stopped else "",
        repo=download.job.repo,
        can_pause=download.is_active and state is not State.ELSEWHERE,
        can_resume=state is State.PAUSED and not stopped,
        can_retry=stopped,
        can_cancel=state is not State.ELSEWHERE,
        wants_token=problem is not None and stopped and problem.code in GATED_CODES,
    )


def download_title(download: Download) -> str:
    """What it is called: as it was asked for, else its file."""
    return printable(download.job.title or download.job.paths[0].rpartition("/")[2])


def source_text(download: Download) -> str:
    """The file and where it comes from."""
    paths = download.job.paths
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return printable(f"{paths[0].rpartition('/')[2]}{more} · {download.job.repo}", 160)


def is_listed(download: Download) -> bool:
    """Whether it stands under the downloads; what is done is under what is here."""
    return download.state is not State.DONE
