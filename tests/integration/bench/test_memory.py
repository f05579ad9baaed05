"""The peak memory of a family of processes, also while one of them ends."""

import os
import subprocess
import sys

import psutil

from oa_desktop.bench.memory import peak_bytes

MEGABYTE = 1 << 20


def ended_child() -> subprocess.Popen[bytes]:
    """A child that has ended; where there is such a thing, nobody has asked for its exit status yet."""
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    else:
        child.wait()
    return child


def test_a_family_is_counted_together():
    code = f"held = b'x' * {64 * MEGABYTE}; print(flush=True); input()"
    before = peak_bytes(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert peak_bytes(child.pid) > 64 * MEGABYTE
        assert peak_bytes(os.getpid()) > before + 64 * MEGABYTE
        child.communicate(b"\n")


def test_a_child_that_has_ended_counts_nothing():
    """The engine lets its template worker go when it needs none."""
    child = ended_child()
    try:
        assert peak_bytes(child.pid) == 0
        assert peak_bytes(os.getpid()) > MEGABYTE
    finally:
        child.wait()
    assert peak_bytes(child.pid) == 0
