"""Real headers with one thing wrong, everywhere: the answer is a sound header, or a sentence."""

import os
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oa_desktop.errors import ModelError
from oa_desktop.gguf import GgufHeader, ModelDamaged, ModelIncomplete
from oa_desktop.gguf.facts import facts_of
from oa_desktop.gguf.fit import memory_need
from oa_desktop.gguf.header import parse_header
from oa_desktop.gguf.values import ArrayValue
from tests.spoken_gguf import spoken_model
from tests.steps import lines_run
from tests.unit.gguf import ggufs
from tests.unit.gguf.costs import most_lines
from tests.unit.gguf.header_map import HeaderMap, map_of

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
LLAMA_SOURCE = os.environ.get("LLAMA_CPP_SOURCE")
VOCABULARIES = [
    Path(LLAMA_SOURCE, "models", f"ggml-vocab-{name}.gguf")
    for name in ("llama-spm", "gpt-2", "bert-bge", "phi-3")
    if LLAMA_SOURCE
]
HUGE = (2**31, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1)
CASES_BYTES = 1_000_000
"""Of headers, for one test and one file; a small file goes through all of its cases."""
LEAST_CASES = 20
LONGEST_TITLE = 420
Case = TypeVar("Case")


class Held:
    """A file in memory that fails when anybody asks for more of it than there is."""

    def __init__(self, path: Path, data: bytes | bytearray) -> None:
        self.bytes = bytearray(data)
        self.path = path
        self._at = 0

    @cached_property
    def map(self) -> HeaderMap:
        return map_of(self.path)

    def cut_to(self, length: int) -> "Held":
        return Held(self.path, self.bytes[:length])

    def number_at(self, place: int) -> int:
        return int.from_bytes(self.bytes[place : place + 8], "little")

    def seek(self, position: int, /) -> int:
        self._at = position
        return position

    def read(self, count: int, /) -> bytes:
        assert 0 <= count <= len(self.bytes) - self._at
        return bytes(self.bytes[self._at : self._at + count])

    @contextmanager
    def with_bytes(self, place: int, wrong: bytes) -> Iterator[None]:
        right = bytes(self.bytes[place : place + len(wrong)])
        self.bytes[place : place + len(wrong)] = wrong
        try:
            yield
        finally:
            self.bytes[place : place + len(wrong)] = right

    def parsed(self) -> GgufHeader | ModelError:
        """What the reader makes of it; both are checked for what holds of every answer."""
        answer: GgufHeader | ModelError | None = None

        def parse() -> None:
            nonlocal answer
            try:
                answer = parse_header(self, self.path, len(self.bytes))
            except ModelError as error:
                answer = error

        assert lines_run(parse) < most_lines(len(self.bytes))
        assert answer is not None
        if isinstance(answer, ModelError):
            is_shown_whole(answer)
        else:
            holds_together(answer)
        return answer


def holds_together(header: GgufHeader) -> None:
    """Nothing after the reader may stumble over a header that it let through."""
    end = 0
    for tensor in header.tensors:
        assert tensor.offset >= end
        end = tensor.offset + tensor.size_bytes
        assert header.data_offset + end <= header.file_size
    facts = facts_of(header)
    assert facts.name.isprintable()
    assert memory_need(facts, 2048).kv_bytes >= 0


def is_shown_whole(error: ModelError) -> None:
    assert error.title.isprintable()
    assert len(error.title) < LONGEST_TITLE


def bounded(model: Held, cases: Iterable[Case]) -> list[Case]:
    """The cases of one test and one file in random order, of a large file some."""
    shuffled = list(cases)
    random.Random(20230821).shuffle(shuffled)
    return shuffled[: max(LEAST_CASES, CASES_BYTES // model.map.end)]


@pytest.fixture(
    scope="module",
    params=[
        "small",
        "vocabulary",
        pytest.param(
            "tour", marks=[pytest.mark.model, pytest.mark.skipif(not TOUR.exists(), reason="no tour")]
        ),
        *VOCABULARIES,
    ],
    ids=lambda param: getattr(param, "stem", param),
)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A model made here, a vocabulary made here, the tour model, and what the sources of llama.cpp bring."""
    path = tmp_path_factory.mktemp("sound") / "model.gguf"
    made: dict[object, Callable[[], Path]] = {
        "small": lambda: ggufs.Gguf().write(path),
        "vocabulary": lambda: spoken_model(path, "{{ messages }}", ("<|prompter|>", "<|assistant|>")),
        "tour": lambda: TOUR,
    }
    path = made[request.param]() if request.param in made else request.param
    held = Held(path, path.read_bytes())
    assert isinstance(held.parsed(), GgufHeader)
    return held


def test_e05_a_cut_at_any_boundary_is_incomplete(model: Held) -> None:
    cuts = {place + step for place in model.map.boundaries for step in (-1, 0, 1)}
    for cut in bounded(model, (cut for cut in sorted(cuts) if cut < model.map.end)):
        assert isinstance(model.cut_to(cut).parsed(), ModelIncomplete), cut


def test_e06_no_count_or_length_is_believed(model: Held) -> None:
    for place, value in bounded(model, product(model.map.numbers, HUGE)):
        with model.with_bytes(place, ggufs.u64(value)):
            assert isinstance(model.parsed(), ModelError), (place, value)


def test_e06_a_count_or_length_that_is_a_little_off_never_surprises(model: Held) -> None:
    for place, change in bounded(model, product(model.map.numbers, (-1, 1, -256, 256))):
        wrong = (model.number_at(place) + change) % 2**64
        with model.with_bytes(place, ggufs.u64(wrong)):
            model.parsed()


def test_e06_a_value_of_another_type_never_surprises(model: Held) -> None:
    for place, kind in bounded(model, product(model.map.types, (*range(14), 99, 2**31, 2**32 - 1))):
        with model.with_bytes(place, ggufs.u32(kind)):
            assert kind < 13 or isinstance(model.parsed(), ModelError)
            model.parsed()


def test_e07_tensors_that_overlap_leave_gaps_or_lie_elsewhere_are_refused(model: Held) -> None:
    for place, change in bounded(model, product(model.map.offsets, (-32, 1, 32, 2**20, *HUGE))):
        wrong = (model.number_at(place) + change) % 2**64
        with model.with_bytes(place, ggufs.u64(wrong)):
            assert isinstance(model.parsed(), ModelDamaged), (place, wrong)


def test_e07_tensors_of_another_type_never_surprise(model: Held) -> None:
    for place, kind in bounded(model, product(model.map.kinds, (*range(42), 77, 2**31, 2**32 - 1))):
        with model.with_bytes(place, ggufs.u32(kind)):
            model.parsed()


def test_e08_one_flipped_byte_never_surprises(model: Held) -> None:
    for place, flip in bounded(model, product(range(4, model.map.end), (0x01, 0x20, 0x80, 0xFF))):
        with model.with_bytes(place, bytes([model.bytes[place] ^ flip])):
            model.parsed()


KEYS = st.text("abcdefgh.", min_size=1, max_size=12).map(lambda text: f"x.{text}")
NUMBERS = {
    ggufs.U8: st.integers(0, 2**8 - 1),
    ggufs.I8: st.integers(-(2**7), 2**7 - 1),
    ggufs.U16: st.integers(0, 2**16 - 1),
    ggufs.I16: st.integers(-(2**15), 2**15 - 1),
    ggufs.U32: st.integers(0, 2**32 - 1),
    ggufs.I32: st.integers(-(2**31), 2**31 - 1),
    ggufs.U64: st.integers(0, 2**64 - 1),
    ggufs.I64: st.integers(-(2**63), 2**63 - 1),
    ggufs.F64: st.floats(allow_nan=False),
    ggufs.STRING: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
}
VALUES = st.one_of(*(st.tuples(st.just(kind), values) for kind, values in NUMBERS.items()))
ARRAYS = st.one_of(
    *(st.tuples(st.just(kind), st.lists(values, max_size=6)) for kind, values in NUMBERS.items())
)
METADATA = st.dictionaries(KEYS, VALUES | ARRAYS, max_size=8)
SHAPES = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), max_size=5)


def written(metadata: dict[str, tuple[int, object]], shapes: list[list[int]]) -> tuple[bytes, int]:
    """A sound file of these, and how long its header is."""
    pairs = [
        ggufs.array(key, kind, value) if isinstance(value, list) else ggufs.pair(key, kind, value)
        for key, (kind, value) in metadata.items()
    ]
    tensors, at = [], 0
    for number, dims in enumerate(shapes):
        size = 4
        for length in dims:
            size *= length
        tensors.append(ggufs.tensor(f"t{number}", dims, 0, at))
        at += size + -size % 32
    header = ggufs.Gguf(pairs=pairs, tensors=tensors, data_bytes=0).build()
    return header + bytes(at), len(header)


@settings(max_examples=100, deadline=None)
@given(METADATA, SHAPES)
def test_what_is_written_is_read(metadata: dict[str, tuple[int, object]], shapes: list[list[int]]) -> None:
    data, _ = written(metadata, shapes)
    header = Held(Path("any.gguf"), data).parsed()
    assert isinstance(header, GgufHeader)
    assert list(header.metadata) == list(metadata)
    for key, (_, value) in metadata.items():
        found = header.metadata[key]
        assert (list(found.items or ()) if isinstance(found, ArrayValue) else found) == value
    assert [list(tensor.dims) for tensor in header.tensors] == shapes


@settings(max_examples=150, deadline=None)
@given(METADATA, SHAPES, st.data())
def test_e08_any_file_with_anything_wrong_never_surprises(
    metadata: dict[str, tuple[int, object]], shapes: list[list[int]], data: st.DataObject
) -> None:
    sound, header_bytes = written(metadata, shapes)
    spoiled = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(4, header_bytes - 1))
        wrong = data.draw(
            st.sampled_from([ggufs.u64(value) for value in HUGE]) | st.binary(min_size=1, max_size=8)
        )
        spoiled[place : place + len(wrong)] = wrong
    cut = data.draw(st.just(len(spoiled)) | st.integers(0, len(spoiled)))
    Held(Path("any.gguf"), bytes(spoiled[:cut])).parsed()
