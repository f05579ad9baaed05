"""Replace a small file: there is always either the old or the new one, whole, readable by its owner."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, flush: bool = True, follow: bool = True) -> None:
    """Write beside `path`, flush to disk, rename over it. Raises OSError; then the old file is untouched.

    flush: False for what may be lost with the power, but not with us.
    follow: a link stays a link, and what it leads to is replaced; False where nobody but us has a reason to
    put one, so that it is replaced itself.
    """
    if follow:
        path = Path(os.path.realpath(path))
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if flush:
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make the rename durable where folders can be flushed (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
