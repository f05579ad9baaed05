"""Stdin binds the engine: its closing ends the process, after a last act or without one."""

import subprocess
import sys

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


def closed(act: str, *, use: bool = True, grace_s: float = 300.0) -> tuple[str, int]:
    """What is printed after stdin was closed, and the exit status. It must end long before `grace_s`."""
    source = PROGRAM.format(act=act, grace_s=grace_s, use="line.last_act = act" if use else "")
    process = subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.close()
    try:
        status = process.wait(60)
    finally:
        process.kill()
    told = process.stdout.read()
    process.stdout.close()
    return told, status


def test_without_a_last_act_the_end_is_at_once():
    assert closed("pass", use=False) == ("", 0)


def test_the_last_act_is_done_before_the_end():
    assert closed("print('saved', flush=True)") == ("saved\n", 0)


@pytest.mark.parametrize("act", ["threading.Event().wait()", "while True: pass"])
def test_e23_a_last_act_that_does_not_end_is_cut_short(act):
    assert closed(act, grace_s=0.1) == ("", 0)


def test_a_last_act_that_fails_ends_as_well():
    assert closed("raise RuntimeError") == ("", 0)
