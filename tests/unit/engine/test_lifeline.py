"""Stdin binds the engine: its closing ends the process, after a last act or without one."""

import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, threading
from oa_desktop.engine import lifeline
lifeline.GRACE_S = {grace_s}
line = lifeline.Lifeline()
line.watch()
def act():
    {act}
{use}
print("ready", flush=True)
threading.Event().wait()
"""


def closed(act: str, *, use: bool = True, grace_s: float = 30.0) -> tuple[float, str, int]:
    """Seconds from the closing of stdin to the end, what was printed, the exit status."""
    source = PROGRAM.format(act=act, grace_s=grace_s, use="line.last_act = act" if use else "")
    process = subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    started_s = time.monotonic()
    process.stdin.close()
    status = process.wait(20)
    took_s = time.monotonic() - started_s
    told = process.stdout.read()
    process.stdout.close()
    return took_s, told, status


def test_without_a_last_act_the_end_is_at_once():
    assert closed("pass", use=False)[1:] == ("", 0)


def test_the_last_act_is_done_before_the_end():
    took_s, told, status = closed("print('saved', flush=True)")
    assert (told, status) == ("saved\n", 0)
    assert took_s < 10


@pytest.mark.parametrize("act", ["threading.Event().wait()", "while True: pass"])
def test_e23_a_last_act_that_does_not_end_is_cut_short(act):
    took_s, _, status = closed(act, grace_s=0.3)
    assert status == 0
    assert took_s < 10


def test_a_last_act_that_fails_ends_as_well():
    assert closed("raise RuntimeError")[2] == 0
