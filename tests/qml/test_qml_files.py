"""Every tst_*.qml of this folder in a process of its own. No test, or a QML warning, is a failure."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("tst_*.qml"))
TOTALS = re.compile(r"Totals: (\d+) passed, (\d+) failed, (\d+) skipped")
QML_WARNING = re.compile(r"^QWARN .*\.qml:\d+", re.MULTILINE)
STARTUP_AND_CLEANUP = 2


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_qml(file: Path) -> None:
    main = [sys.executable, HERE / "quick_test_main.py", file]
    done = subprocess.run(main, capture_output=True, text=True, timeout=110, cwd=HERE.parents[1])
    output = done.stdout + done.stderr
    totals = TOTALS.search(output)
    assert totals, output
    assert done.returncode == 0, output
    assert int(totals[1]) > STARTUP_AND_CLEANUP, f"no test ran\n{output}"
    assert not QML_WARNING.search(output), output


def test_the_folder_holds_qml_tests() -> None:
    assert len(FILES) >= 10
