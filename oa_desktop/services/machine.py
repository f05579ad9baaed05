"""What this machine has: memory, and which processes run. The only place that asks psutil."""

import sys

import psutil  # type: ignore[import-untyped]

_UNLIMITED = 1 << 62


def available_bytes() -> int:
    """Memory a new process can take without pushing others out, within the limit set for this one."""
    free: int = psutil.virtual_memory().available
    return min(free, _address_space_limit())


def total_bytes() -> int:
    """Memory of the machine."""
    total: int = psutil.virtual_memory().total
    return total


def process_exists(pid: int) -> bool:
    """Whether a process with this number runs."""
    exists: bool = psutil.pid_exists(pid)
    return exists


def process_bytes(pid: int) -> int:
    """Memory a process holds for itself and maps from its model; 0 when there is no such process."""
    try:
        held: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return held


def _address_space_limit() -> int:
    if sys.platform == "win32":
        return _UNLIMITED
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return _UNLIMITED if soft == resource.RLIM_INFINITY else int(soft)
