"""A signal ends the app from its event loop, never from the middle of something else."""

import signal

import pytest

from oa_desktop.ui import quit_signals


@pytest.fixture(autouse=True)
def as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_quits_when_the_event_loop_has_its_turn_and_not_before(qapp, qtbot, monkeypatch, number):
    asked = []
    monkeypatch.setattr(quit_signals.QCoreApplication, "quit", lambda: asked.append(number))
    signals = quit_signals.QuitSignals(qapp)
    try:
        signal.raise_signal(number)
        assert asked == [], "in the middle of this function"
        qtbot.waitUntil(lambda: asked == [number], timeout=30_000)
    finally:
        signals.close()
    assert signal.getsignal(number) is signal.SIG_DFL
