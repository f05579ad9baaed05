"""The window while every core computes: it must still answer."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt, QTimer

TICK_MS = 10
"""Shorter than `FLUSH_MS`, so that there is room for a tick between two changes of a reply."""
CHANGES = 20
PROMPTS = 20


@pytest.mark.model
def test_the_window_answers_while_the_engine_computes_on_every_core(open_window):
    window = open_window()
    window.wiring.preferences.set("max_tokens", 120)
    window.wait_for_engine()
    ticks = 0

    def tick():
        nonlocal ticks
        ticks += 1

    seen: list[int] = []
    window.wiring.generations.text_grew.connect(lambda _: seen.append(ticks))
    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start()
    for _ in range(PROMPTS):
        window.ask("Tell me how trees, branches and replies hang together.")
        if len(seen) > CHANGES:
            break
    timer.stop()
    assert len(seen) > CHANGES, "the replies were shown while they grew"
    assert all(later > earlier for earlier, later in pairwise(seen)), "something else ran between any two"
