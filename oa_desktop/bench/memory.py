"""How much memory a process has ever held at once."""

import sys
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

ALLOWANCE_BYTES: Final = 60_000_000
"""What Python, the HTTP server and the template worker may take beside llama.cpp."""


def peak_bytes(pid: int) -> int:
    """The largest resident size of a process and its children, each at its own worst moment.

    What has ended meanwhile counts nothing. On macOS nobody keeps the peak of another process; there it is
    the size now.
    """
    try:
        process = psutil.Process(pid)
        family = (process, *process.children(recursive=True))
    except psutil.NoSuchProcess:
        return 0
    return sum(map(_peak, family))


def _peak(process: psutil.Process) -> int:
    if sys.platform == "linux":
        return _peak_in_status(process.pid)
    try:
        memory = process.memory_info()
    except psutil.NoSuchProcess:
        return 0
    peak: int = getattr(memory, "peak_wset", memory.rss)
    return peak


def _peak_in_status(pid: int) -> int:
    """The line is missing from the first moment of a process's end; the file, from the last."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    sizes_kb = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return next(sizes_kb, 0) * 1024
