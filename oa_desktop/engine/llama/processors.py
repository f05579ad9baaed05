"""How many threads compute."""

import os

import psutil  # type: ignore[import-untyped]


def thread_count(asked: int | None) -> int:
    """What was asked for, but no more than can run at once; else one for each physical core."""
    return min(asked, usable_threads()) if asked else physical_cores()


def usable_threads() -> int:
    """Threads that can run at the same time in this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def physical_cores() -> int:
    """Cores this process may use; at least 1.

    Two threads of one core share the units that multiply, so a second one adds little. The window needs no
    core of its own: it runs a moment at a time, and the system lets it in at once.
    """
    threads = os.cpu_count() or 1
    try:
        cores = psutil.cpu_count(logical=False) or threads
    except OSError:
        cores = threads
    return min(cores, usable_threads())
