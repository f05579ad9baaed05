"""One at a time downloads a file, or a model; another that wants it waits and says so."""

from pathlib import Path

import filelock

from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.errors import DownloadCancelled

_POLL_S = 0.2


class Alone:
    """`with Alone(path, control, phase)`: nobody else is inside with the same path; waits while one is.

    phase: what is reported meanwhile.
    Raises: DownloadCancelled while waiting, OSError.
    """

    def __init__(self, path: Path, control: Control, phase: Phase) -> None:
        self._lock = filelock.FileLock(path)
        self._control = control
        self._phase = phase

    def __enter__(self) -> None:
        while True:
            try:
                self._lock.acquire(timeout=0)
            except filelock.Timeout:
                self._control.report(Progress(self._phase))
                if self._control.stop.wait(_POLL_S):
                    raise DownloadCancelled from None
            else:
                return

    def __exit__(self, *_: object) -> None:
        self._lock.release()
