"""Whether a wanted file already lies where it belongs, to the last byte: size and name do not say that."""

import hashlib
import os
import stat
from pathlib import Path

from oa_desktop.hub.download.progress import Control, Phase, Progress
from oa_desktop.hub.errors import DownloadCancelled

_CHUNK_BYTES = 4 << 20


def is_there(target: Path, sha256: str, size_bytes: int, control: Control) -> bool:
    """An earlier download, or one beside this, gave it its name, and nothing has damaged it since.

    Raises: DownloadCancelled when told to stop, OSError when it cannot be read.
    """
    try:
        status = os.lstat(target)
    except OSError:
        return False
    if not stat.S_ISREG(status.st_mode) or status.st_size != size_bytes:
        return False
    digest, done = hashlib.sha256(), 0
    with target.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK_BYTES):
            if control.stop.is_set():
                raise DownloadCancelled
            digest.update(chunk)
            done += len(chunk)
            control.report(Progress(Phase.CHECKING, size_bytes, size_bytes, checked_bytes=done))
    return digest.hexdigest() == sha256
