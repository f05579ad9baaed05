"""How much memory a process has ever held at once."""

import sys
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

ALLOWANCE_BYTES: Final = 60_000_000
"""What Python, the HTTP server and the template worker may take beside llama.cpp."""


def peak_bytes(pid: int) -> int:
    """The largest resident size of a process and its children, each at its own worst moment.

    On macOS nobody keeps the peak of another process; there it is the size now.
    """
    process = psutil.Process(pid)
    return sum(_peak(each) for each in (process, *process.children(recursive=True)))


def _peak(process: psutil.Process) -> int:
    if sys.platform == "linux":
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    memory = process.memory_info()
    peak: int = getattr(memory, "peak_wset", memory.rss)
    return peak
