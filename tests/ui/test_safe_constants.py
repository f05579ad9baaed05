"""The window outlives more signals than PySide6 6.12 on Python 3.11 would let it."""

import subprocess
import sys

PROGRAM = """
import oa_desktop.ui
from PySide6.QtCore import QObject, Signal

class Bell(QObject):
    rang = Signal(int)

bell = Bell()
for n in range(20_000):
    bell.rang.emit(n)
    bell.setObjectName(str(n))
print("alive")
"""


def test_twenty_thousand_signals_do_not_end_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr
