"""How much a function does, counted in lines of Python: the same on every machine, however busy it is.

What a line does inside C (a regular expression, a slice, a sort, Qt) counts as that one line. Where that
matters, there is a ratio of processor times, with a bound far from both of what it tells apart.
"""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(function: Callable[[], object], within: str = "") -> int:
    """The lines that this thread runs until `function` returns.

    within: part of a path; only files whose path has it are counted.
    """
    count = 0

    def enter(frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        return step if within in frame.f_code.co_filename else None

    def step(_frame: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def most_lines_to_read(text: str) -> int:
    """What finding and showing the blocks of a text may take, in proportion to it.

    Some times the usual; a reading that starts anew at every letter or line takes thousands of times more.
    """
    return 50 * len(text) + 1_500 * text.count("\n") + 200_000


def time_ratio(large: Callable[[], object], small: Callable[[], object], rounds: int = 3) -> float:
    """The processor time of one over that of the other; by turns, and the quickest of each counts."""
    shortest_s = [float("inf"), float("inf")]
    for _ in range(rounds):
        for number, function in enumerate((small, large)):
            started_s = time.process_time()
            function()
            shortest_s[number] = min(shortest_s[number], time.process_time() - started_s)
    return shortest_s[1] / shortest_s[0]
