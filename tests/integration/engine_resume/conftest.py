"""A branch that an engine saved, and which tests need POSIX."""

import sys
from pathlib import Path

import pytest

from .branches import PROMPT, Engine

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and pipes of POSIX")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The one file of a saved branch."""
    engine = Engine(tmp_path)
    engine.ask(PROMPT)
    engine.save()
    (path,) = tmp_path.glob("*/*.kv")
    return path
