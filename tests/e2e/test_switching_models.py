"""Models are switched faster than they load: one engine runs in the end, none when the window is closed."""

import psutil

from oa_desktop.client.status import Running
from tests.e2e.conftest import SLOW_MS, fake_loader
from tests.e2e.test_engine_faults import PACE_S, begun, replies, start_streaming


def engines() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if is_engine(child)]


def is_engine(process: psutil.Process) -> bool:
    try:
        return "oa_desktop.engine" in process.cmdline()
    except psutil.NoSuchProcess:
        return False  # it has just ended


def test_ten_switches_in_a_row_leave_one_engine_and_closing_none(open_window, paths):
    window = open_window(fake_loader(paths))
    control = window.wiring.engine
    seen = set()
    for number in range(10):
        control.load("tour")
        if number % 3 == 2:
            window.until(lambda: isinstance(control.status, Running), SLOW_MS)
            seen |= {engine.pid for engine in engines()}
    window.wait_for_engine()
    window.until(lambda: len(engines()) == 1, SLOW_MS)
    with window.replies():
        window.click("composerInput")
        window.ask("Is anybody there?")
    last = engines()
    window.close()
    assert engines() == []
    assert not psutil.wait_procs(last, timeout=30)[1]
    assert len(seen) == 3, "each time another engine"


def test_switching_in_the_middle_of_replies_keeps_their_text(open_window, paths):
    window = open_window(fake_loader(paths, PACE_S))
    window.wait_for_engine()
    start_streaming(window)
    seen = begun(window)
    window.wiring.engine.load("tour")
    window.wait_for_replies()
    kept = {reply.id: reply.text for reply in replies(window)}
    assert all(kept[message_id].startswith(text) for message_id, text in seen.items())
    window.until(lambda: not window.wiring.engine.is_loading, SLOW_MS)
    assert isinstance(window.wiring.engine.status, Running), window.wiring.engine.status
    assert len(engines()) == 1
