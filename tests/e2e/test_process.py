"""The app as a process of its own: it opens, ends when it is asked to, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal here")
def test_the_app_opens_and_ends_in_order_when_it_is_asked_to(tmp_path):
    environment = os.environ | {"OA_DESKTOP_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        [sys.executable, "-m", "oa_desktop"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        engine = wait_for_engine(child)
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == 0
    assert "Traceback" not in out + err
    assert not engine.is_running()
    assert (tmp_path / "data" / "store.sqlite3").exists()
    assert (tmp_path / "data" / "window.json").exists()
    assert (tmp_path / "logs" / "app.log").exists()


def wait_for_engine(child):
    """The engine process of the app, once it listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.1)
        for process in psutil.Process(child.pid).children(recursive=True):
            with suppress(psutil.Error):  # the template worker may just be ending
                if process.net_connections():
                    return process
    raise AssertionError("no engine listens")
