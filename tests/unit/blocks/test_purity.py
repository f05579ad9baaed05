"""The block pipeline knows no Qt."""

import subprocess
import sys

PROGRAM = """
import sys
import oa_desktop.ui.blocks.display, oa_desktop.ui.blocks.stream
print([name for name in sys.modules if name.startswith(("PySide6", "shiboken6"))])
"""


def test_blocks_import_no_qt() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
