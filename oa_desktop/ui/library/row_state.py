"""Where one model of the hub stands on this machine: not here, on its way, or here. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oa_desktop.services.downloads.row import Download, State
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.ui.library.words import amount_text, joined, left_text, speed_text

NOT_HERE, ON_ITS_WAY, PAUSED, FAILED, HERE = "", "coming", "paused", "failed", "here"
Place = tuple[str, str]
"""A repository, and the path of the first file in it."""


@dataclass(frozen=True, slots=True)
class RowState:
    """state: one of the words above. progress: 0 to 1, below 0 when nobody knows. ref: of the model here."""

    state: str = NOT_HERE
    text: str = ""
    progress: float = -1.0
    download_key: str = ""
    ref: str = ""


def states(files: Sequence[ModelFile], downloads: Sequence[Download]) -> Mapping[Place, RowState]:
    """What is known of each place; one that is not in it is not here."""
    found: dict[Place, RowState] = {}
    for download in downloads:
        state = _of_download(download)
        if state is not None:
            found[download.job.repo, download.job.paths[0]] = state
    for file in files:
        if file.source is not None and file.problem is None:
            found[file.source.repo, file.source.path] = RowState(HERE, ref=file.ref)
    return found


def fraction(download: Download) -> float:
    """How much is there, from 0 to 1; below 0 when nobody knows."""
    if not download.total_bytes:
        return -1.0
    checking = download.state is State.CHECKING
    return min(1.0, (download.checked_bytes if checking else download.done_bytes) / download.total_bytes)


def progress_text(download: Download) -> str:
    """`1.2 of 4.9 GB · 12.3 MB/s · 4 min left`, or what it waits for."""
    amount = amount_text(download.done_bytes, download.total_bytes)
    match download.state:
        case State.WAITING:
            return joined("Waiting for its turn", amount if download.done_bytes else "")
        case State.RUNNING:
            return joined(amount, speed_text(download.bytes_per_second), left_text(download.seconds_left))
        case State.ELSEWHERE:
            return "Another program of this app is downloading this; stop it there"
        case State.CHECKING:
            return "Checking every byte of what came"
        case State.PAUSED if download.problem is None:
            return joined("Paused", amount)
        case State.DONE:
            return ""
    return joined(amount, "what came is kept") if download.done_bytes else ""


def _of_download(download: Download) -> RowState | None:
    key, done = download.key, fraction(download)
    if download.is_active:
        return RowState(ON_ITS_WAY, progress_text(download), done, key)
    if download.problem is not None:
        return RowState(FAILED, download.problem.title, done, key)
    return RowState(PAUSED, progress_text(download), done, key) if download.state is State.PAUSED else None
