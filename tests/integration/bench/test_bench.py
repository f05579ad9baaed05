"""`oa-desktop bench` on the tour model: that it measures; how fast this computer is, is nobody's business."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]

RATIOS = {"decode", "prefill", "candidates_4", "sequential_4", "hop", "resume", "memory", "gap"}


def bench(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "oa_desktop", "bench", "--model", "tour", "--quick", *map(str, arguments)],
        env={**os.environ, "OA_DESKTOP_HOME": str(home), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=500,  # two threads that wait for each other are very slow beside a third
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    home = tmp_path_factory.mktemp("bench")
    out = home / "found.json"
    return bench(home, "--json", "--out", out), out


def test_every_ratio_is_there_and_is_a_number(run):
    done, out = run
    assert done.returncode == 0, (done.stderr, (out.parent / "logs" / "app.log").read_text(encoding="utf-8"))
    found = json.loads(done.stdout)
    assert set(found["ratios"]) == RATIOS
    assert all(ratio > 0 and math.isfinite(ratio) for ratio in found["ratios"].values())
    assert json.loads(out.read_text(encoding="utf-8")) == found


def test_every_figure_stands_beside_a_reference_of_as_many_rounds(run):
    for figure in json.loads(run[0].stdout)["figures"]:
        assert figure["reference"], figure["name"]
        assert len(figure["values"]) == len(figure["references"]) > 0


def test_a_program_that_is_no_llama_server_is_one_sentence(tmp_path: Path):
    done = bench(tmp_path, "--llama-server", sys.executable)
    assert done.returncode == 1
    assert "llama-server" in done.stderr
    assert "Traceback" not in done.stderr
