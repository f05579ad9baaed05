"""Damaged copies of the tour model: whatever our check lets through, llama.cpp can refuse without dying."""

import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError
from oa_desktop.gguf.check import check_model

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
CHILD = Path(__file__).with_name("load_each.py")
WANTED = 60
FIRST_PAIR = 24
TENSOR_LIST_BYTES = 6000


def mutants(folder: Path, seed: int) -> list[Path]:
    """Copies with one damaged place in the header that pass the check."""
    whole = TOUR.read_bytes()
    rng = random.Random(seed)
    data_offset = whole.index(b"token_embd.weight") + TENSOR_LIST_BYTES
    areas = [(FIRST_PAIR, 1800), (data_offset - TENSOR_LIST_BYTES, data_offset), (FIRST_PAIR, data_offset)]
    passed: list[Path] = []
    while len(passed) < WANTED:
        place = rng.randrange(*rng.choice(areas))
        damage = rng.choice(
            [
                b"\0\0\0\0",
                b"\xff\xff\xff\xff",
                rng.randbytes(1),
                rng.randbytes(4),
                struct.pack("<I", rng.randrange(64)),
            ]
        )
        path = folder / f"{place}-{damage.hex()}.gguf"
        path.write_bytes(whole[:place] + damage + whole[place + len(damage) :])
        try:
            check_model(path)
        except ModelError:
            path.unlink()
        else:
            passed.append(path)
    return passed


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_e07_what_passes_the_check_does_not_kill_llama_cpp(tmp_path: Path) -> None:
    files = mutants(tmp_path, seed=20230821)
    run = subprocess.run(
        [sys.executable, str(CHILD)],
        input="".join(f"{file}\n" for file in files),
        capture_output=True,
        text=True,
        check=True,
    )
    signals = dict(zip((file.name for file in files), map(int, run.stdout.split()), strict=True))
    assert {name: number for name, number in signals.items() if number} == {}
