"""An engine stopped in its tracks: the window says so, waits or starts another, and nothing is lost."""

import os
import signal
import sys

import psutil
import pytest
from PySide6.QtCore import Qt

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.heartbeat import Patience
from oa_desktop.client.launch import EngineProcess
from oa_desktop.client.status import NotAnswering, Running
from oa_desktop.conversation.message import MessageState
from oa_desktop.services.library.models import ModelLibrary
from oa_desktop.services.loading import LoadedModel
from tests.e2e.conftest import SLOW_MS, fake_loader
from tests.e2e.test_engine_faults import PACE_S, begun, replies, start_streaming

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
HALFWAY = """
import os, signal, sys
from oa_desktop.engine.startup import run
print('{"protocol": 1, "loading": 0.5}', flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Ask after the engine's health ten times a second, and worry after half a second."""
    monkeypatch.setattr("oa_desktop.client.supervise.Patience", lambda: Patience(beat_s=0.1, silence_s=0.5))


def pid_of(window):
    return window.wiring.engine._supervisor._process.pid


def banner(window):
    return window.item("banner-engine").property("text")


def test_e12_a_frozen_engine_is_announced_and_goes_on_when_it_wakes(open_window, paths):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    start_streaming(window)
    os.kill(pid_of(window), signal.SIGSTOP)
    window.until(lambda: isinstance(window.wiring.engine.status, NotAnswering), SLOW_MS)
    assert "not responding" in banner(window)
    seen = begun(window)
    window.type("Typed while it sleeps.")
    assert window.item("composerInput").property("text") == "Typed while it sleeps."
    os.kill(pid_of(window), signal.SIGCONT)
    window.until(lambda: window.find("banner-engine") is None, SLOW_MS)
    window.wait_for_replies()
    after = {reply.id: reply for reply in replies(window)}
    assert {reply.state for reply in after.values()} == {MessageState.COMPLETE}
    assert all(after[message_id].text.startswith(text) for message_id, text in seen.items())


def test_e12_a_frozen_engine_is_replaced_when_the_person_says_so(open_window, paths):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    start_streaming(window)
    frozen = pid_of(window)
    os.kill(frozen, signal.SIGSTOP)
    window.until(lambda: window.find("banner-engine", "bannerAction") is not None, SLOW_MS)
    seen = begun(window)
    window.click("banner-engine", "bannerAction")
    window.wait_for_engine()
    window.wait_for_replies()
    assert not psutil.pid_exists(frozen)
    kept = {reply.id: reply for reply in replies(window)}
    assert all(kept[message_id].text.startswith(text) for message_id, text in seen.items())
    assert MessageState.STREAMING not in {reply.state for reply in kept.values()}
    window.until(lambda: window.find("banner-engine") is None)
    window.click("composerInput")
    start_streaming(window, "And now?")
    window.press(Qt.Key.Key_Escape)
    window.wait_for_replies()


def test_e12_a_model_that_does_not_get_on_loading_is_announced(open_window, paths, tmp_path):
    script = tmp_path / "halfway.py"
    script.write_text(HALFWAY, encoding="utf-8")

    async def load(ref, on_progress):
        options = EngineOptions(paths.data / "fake.gguf", backend="fake", ctx=2048)
        command = (sys.executable, str(script))
        process = await EngineProcess.start(options, on_progress=on_progress, command=command)
        return LoadedModel(ModelLibrary(paths).show(ref), process)

    window = open_window(load)
    window.until(lambda: window.find("banner-engine") is not None, SLOW_MS)
    assert "does not get on with loading" in banner(window)
    (engine,) = [child for child in psutil.Process().children() if str(script) in child.cmdline()]
    window.until(lambda: engine.status() == psutil.STATUS_STOPPED, SLOW_MS)
    engine.resume()
    window.wait_for_engine()
    assert isinstance(window.wiring.engine.status, Running)
    window.until(lambda: window.find("banner-engine") is None)
