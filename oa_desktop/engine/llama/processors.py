"""How many threads compute."""

import os

import psutil  # type: ignore[import-untyped]


def thread_count(asked: int | None) -> int:
    """What was asked for, but no more than can run at once; else the cores that can be spared."""
    return min(asked, usable_threads()) if asked else spare_cores()


def usable_threads() -> int:
    """Threads that can run at the same time in this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def spare_cores() -> int:
    """Physical cores this process may use, but one for the window where cores are no two threads; at least 1.

    llama.cpp's threads spin while they wait for each other, so one that must share its core slows down all of
    them: two on a busy two-core machine were measured many times slower than one.
    """
    threads = os.cpu_count() or 1
    try:
        cores = psutil.cpu_count(logical=False) or threads
    except OSError:
        cores = threads
    return max(1, min(cores, usable_threads() - 1))
