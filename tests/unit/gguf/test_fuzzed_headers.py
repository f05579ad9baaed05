"""Random damage: whatever the bytes, the answer is a header or a ModelError, for bounded work and memory."""

import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oa_desktop.errors import ModelError
from oa_desktop.gguf import read_header
from tests.steps import lines_run, time_ratio
from tests.unit.gguf.costs import most_bytes, most_lines
from tests.unit.gguf.ggufs import ARRAY, STRING, U8, U64, Gguf, tensor, text, u32, u64

WHOLE = Gguf().build()
ROOT = Path(__file__).parents[3]
TOUR = ROOT / "resources" / "tour" / "tour.gguf"
TOUR_HEADER = TOUR.read_bytes()[:131_072] if TOUR.exists() else b""


def answers(path: Path) -> None:
    """Read once; anything but a header or a ModelError is a fault of ours."""

    def read() -> None:
        with contextlib.suppress(ModelError):
            read_header(path)

    assert lines_run(read) < most_lines(path.stat().st_size)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(4, len(WHOLE) - 1), st.binary(min_size=1, max_size=9)), min_size=1)
)
def test_e08_a_mutated_header_never_surprises(edits: list[tuple[int, bytes]], tmp_path: Path) -> None:
    spoiled = bytearray(WHOLE)
    for place, replacement in edits:
        spoiled[place : place + len(replacement)] = replacement
    path = tmp_path / "mutated.gguf"
    path.write_bytes(spoiled)
    answers(path)


@pytest.mark.model
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(4, 127_000), st.binary(min_size=1, max_size=9)), min_size=1))
def test_e08_a_mutated_real_header_never_surprises(edits: list[tuple[int, bytes]], tmp_path: Path) -> None:
    spoiled = bytearray(TOUR_HEADER)
    for place, replacement in edits:
        spoiled[place : place + len(replacement)] = replacement
    path = tmp_path / "mutated.gguf"
    path.write_bytes(spoiled)
    os.truncate(path, TOUR.stat().st_size)
    answers(path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.tuples(st.integers(0, 3), st.integers(0, 3)), body=st.binary(max_size=300))
def test_e08_random_bytes_after_a_plausible_start_never_surprise(
    counts: tuple[int, int], body: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "random.gguf"
    path.write_bytes(b"GGUF" + u32(3) + u64(counts[0]) + u64(counts[1]) + body)
    answers(path)


def test_e08_a_megabyte_of_random_bytes_with_a_valid_magic_never_surprises(tmp_path: Path) -> None:
    rng = random.Random(20230821)
    path = tmp_path / "noise.gguf"
    noise = rng.randbytes(2 << 20)
    starts = (b"GGUF", b"GGUF" + u32(3), *(_plausible(rng) for _ in range(8)))
    for number in range(1000):
        place = rng.randrange(1 << 20)
        path.write_bytes(starts[number % len(starts)] + noise[place : place + (1 << 20)])
        answers(path)


def _plausible(rng: random.Random) -> bytes:
    """A beginning that gets the reader further: counts, a key, and the type of its value."""
    return (
        b"GGUF"
        + u32(3)
        + u64(rng.randrange(4))
        + u64(rng.randrange(1, 9))
        + text("general.name")
        + u32(rng.randrange(14))
    )


def _costly_texts(count: int = 1_200_000) -> bytes:
    tokens = (
        text("tokenizer.ggml.tokens")
        + u32(ARRAY)
        + u32(STRING)
        + u64(count)
        + b"".join(text(f"{n:08}") for n in range(count))
    )
    return Gguf(pairs=[tokens], tensors=(), data_bytes=0).build()


def _costly_pairs() -> bytes:
    pairs = [text(f"k{n}") + u32(ARRAY) + u32(U64) + u64(1024) + bytes(8192) for n in range(8192)]
    return Gguf(pairs=pairs, tensors=(), data_bytes=0).build()


def _costly_values() -> bytes:
    wide = ("\U0001f600" + "a" * 1_000_000).encode()
    pairs = [text(f"k{n}") + u32(STRING) + text(wide) for n in range(6)]
    return Gguf(pairs=pairs, tensors=(), data_bytes=0).build()


def _costly_tensors(count: int = 32_768) -> bytes:
    tensors = [tensor(f"{n:060}", [2**15, 1, 1, 1], 8, n * 34816) for n in range(count)]
    return Gguf(tensors=tensors, data_bytes=0).build()


def _costly_array() -> bytes:
    return Gguf(pairs=[text("k") + u32(ARRAY) + u32(U8) + u64(1 << 24) + bytes(1 << 24)], tensors=()).build()


MEASURE = """
import contextlib, sys, resource
from pathlib import Path
from oa_desktop.errors import ModelError
from oa_desktop.gguf.header import parse_header
from tests.unit.gguf.costs import CountingFile

path = Path(sys.argv[1])
file = CountingFile(path.open("rb"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with contextlib.suppress(ModelError):
    parse_header(file, path, path.stat().st_size)
print(file.read_bytes, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with the resource module")
@pytest.mark.parametrize(
    "build",
    [_costly_texts, _costly_pairs, _costly_values, _costly_tensors, _costly_array],
    ids=lambda f: f.__name__,
)
def test_e06_the_costliest_header_is_read_once_and_takes_50_mb(build: object, tmp_path: Path) -> None:
    path = tmp_path / "costly.gguf"
    path.write_bytes(build())  # type: ignore[operator]
    size_bytes = path.stat().st_size
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    read_bytes, megabytes = map(int, run.stdout.split())
    assert read_bytes < most_bytes(size_bytes)
    assert megabytes < 50


@pytest.mark.parametrize(("build", "count"), [(_costly_texts, 20_000), (_costly_tensors, 3_000)])
def test_e06_eight_times_the_header_take_eight_times_the_time(
    build: Callable[[int], bytes], count: int, tmp_path: Path
) -> None:
    small, large = tmp_path / "small.gguf", tmp_path / "large.gguf"
    small.write_bytes(build(count))
    large.write_bytes(build(8 * count))

    def read(path: Path) -> None:
        with contextlib.suppress(ModelError):
            read_header(path)

    answers(small)
    assert time_ratio(lambda: read(large), lambda: read(small)) < 22, "64 times where it is quadratic"
