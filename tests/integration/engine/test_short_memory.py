"""Where memory is short, a model is tried once more with less, and then there is one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from oa_desktop.engine.load_errors import SMALLER

ROOT = Path(__file__).parents[3]
CONTEXT = 262_144
CELL_BYTES = 2 * 64 * 2 * 2 + 512 * 2
"""Two layers of 64 keys and 64 values, and for each of 512 tokens whether it sees the cell: two bytes each"""
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process can take"),
]


@pytest.fixture
def long_model(monkeypatch, tmp_path) -> Path:
    """A model of a few kilobytes that was trained for long texts, so it says."""
    monkeypatch.syspath_prepend(ROOT / "packaging")
    import make_model

    shape = make_model.Shape(
        "gptneox",
        "Q8_0",
        layers=2,
        width=64,
        heads=2,
        kv_heads=2,
        feed_forward=96,
        rotary=16,
        vocabulary=512,
        context=CONTEXT,
    )
    path = tmp_path / "long.gguf"
    make_model.write_model(shape, "long", path)
    return path


def opened(model: Path, room: int) -> dict:
    """What came of it. A large piece of memory must be what is missing: at a small one llama.cpp aborts."""
    child = subprocess.run(
        [sys.executable, Path(__file__).with_name("short_memory_child.py"), model, str(CONTEXT), str(room)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "GGML_NO_BACKTRACE": "1"},
        timeout=100,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    return json.loads(child.stdout)


def test_e03_half_the_context_is_tried_once_and_said(long_model):
    outcome = opened(long_model, CONTEXT * CELL_BYTES * 3 // 4)
    half = CONTEXT // 2
    assert outcome == {
        "n_ctx": half,
        "cells": half,
        "notices": [f"There was not enough memory for a context of {CONTEXT} tokens; it has {half} now."],
        "tries": 2,
    }


def test_e03_after_the_second_try_there_is_one_sentence(long_model):
    outcome = opened(long_model, CONTEXT * CELL_BYTES // 10)
    assert outcome == {
        "code": "out-of-memory",
        "title": f"There is not enough free memory for a context of {CONTEXT // 2} tokens.",
        "hint": SMALLER,
        "tries": 2,
    }
