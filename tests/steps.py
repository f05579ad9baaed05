"""How much a function does, counted in lines of Python: the same on every machine, however busy it is.

What a line does inside C (a regular expression, a slice, a sort, Qt) counts as that one line.
"""

import sys
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
