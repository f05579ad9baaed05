"""The window while every core computes: it must still answer."""

import time
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt, QTimer

TICK_MS = 10
TICKS = 100
PROMPTS = 20
LONGEST_PAUSE_S = 0.5
"""What a person takes for a hang is longer. Usual here is a twentieth of it."""


@pytest.mark.model
def test_the_window_answers_while_the_engine_computes_on_every_core(open_window):
    window = open_window()
    window.wiring.preferences.set("max_tokens", 120)
    window.wait_for_engine()
    ticks: list[float] = []
    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start()
    for _ in range(PROMPTS):
        window.ask("Tell me how trees, branches and replies hang together.")
        if len(ticks) > TICKS:
            break
    timer.stop()
    pauses = [later - earlier for earlier, later in pairwise(ticks)]
    assert len(ticks) > TICKS, "the replies took long enough to see anything"
    assert max(pauses) < LONGEST_PAUSE_S
