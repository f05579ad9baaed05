"""Where the bytes of a model are, layer by layer, and what its cache takes."""

from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.gguf import read_header
from oa_desktop.gguf.check import check_model
from oa_desktop.gguf.facts import Shape
from oa_desktop.gguf.fit import compute_bytes, memory_need
from oa_desktop.gguf.kv_cache import KvType, cell_bytes
from oa_desktop.gguf.layer_sizes import layer_sizes, rough_layer_sizes
from tests.unit.gguf.ggufs import PAIRS, U32, Gguf, pair, tensor

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
SHAPE = Shape(2, 256, (4, 2), 64, 64, 100)
EMBEDDING = tensor("token_embd.weight", [64, 5])


def write(path: Path, tensors, pairs=PAIRS) -> Path:
    return Gguf(pairs=pairs, tensors=tensors, data_bytes=1280 * len(tensors)).write(path)


def matrix(name: str, number: int) -> bytes:
    return tensor(name, [64, 5], 0, 1280 * number)


def test_weights_are_counted_by_layer(tmp_path: Path):
    names = ("blk.0.a.weight", "blk.1.a.weight", "blk.1.b.weight", "output.weight", "output_norm.weight")
    tensors = [EMBEDDING, *(matrix(name, number) for number, name in enumerate(names, 1))]
    sizes = layer_sizes([read_header(write(tmp_path / "m.gguf", tensors))])
    assert sizes.layers == (1280, 2560)
    assert (sizes.input_bytes, sizes.output_bytes) == (1280, 2560)
    assert (sizes.heads, sizes.train_context_tokens) == (4, 2048)


def test_a_model_without_output_weights_has_the_input_twice(tmp_path: Path):
    sizes = layer_sizes([read_header(write(tmp_path / "m.gguf", [EMBEDDING, matrix("blk.0.a.weight", 1)]))])
    assert (sizes.input_bytes, sizes.output_bytes, sizes.tied) == (1280, 1280, True)


def test_all_parts_of_a_model_are_counted(tmp_path: Path):
    first = write(tmp_path / "a.gguf", [EMBEDDING, matrix("output.weight", 1)])
    second = write(tmp_path / "b.gguf", [tensor("blk.0.a.weight", [64, 5]), matrix("blk.1.a.weight", 1)])
    sizes = layer_sizes([read_header(first), read_header(second)])
    assert sizes.layers == (1280, 1280)


def test_layers_beyond_the_header_s_count_are_nobody_s(tmp_path: Path):
    tensors = [EMBEDDING, matrix("blk.9.a.weight", 1), matrix("output.weight", 2)]
    sizes = layer_sizes([read_header(write(tmp_path / "m.gguf", tensors))])
    assert sizes.layers == (0, 0)
    assert sizes.output_bytes == 2560


def test_a_header_without_layers_says_nothing(tmp_path: Path):
    pairs = [part for part in PAIRS if part != pair("llama.block_count", U32, 2)]
    header = read_header(write(tmp_path / "m.gguf", [EMBEDDING], pairs))
    assert layer_sizes([header]) is None


def test_a_file_that_is_not_here_is_spread_over_its_layers():
    qwen = Shape(28, 1024, (8,) * 28, 128, 128, 151_936)
    rough = rough_layer_sizes(397_000_000, qwen, 32_768, 596_000_000)
    assert sum(rough.layers) + rough.input_bytes + rough.output_bytes == 397_000_000
    assert rough.input_bytes == pytest.approx(151_936 * 1024 * 397 / 596, rel=0.01)
    assert (rough.heads, rough.train_context_tokens) == (8, 32_768)


def test_a_file_smaller_than_its_vocabulary_still_has_layers():
    rough = rough_layer_sizes(1_000_000, Shape(2, 4096, (8,) * 2, 128, 128, 200_000))
    assert min(rough.layers) > 100_000
    assert sum(rough.layers) + rough.input_bytes + rough.output_bytes == 1_000_000


def test_a_q8_cell_takes_34_bytes_for_32_numbers():
    assert cell_bytes(SHAPE) == (4 * 128 * 2, 2 * 128 * 2)
    assert cell_bytes(SHAPE, KvType.Q8_0) == (4 * 128 * 34 // 32, 2 * 128 * 34 // 32)


@pytest.mark.parametrize(("length", "suits"), [(64, True), (96, True), (80, False), (0, True)])
def test_q8_takes_heads_of_whole_blocks(length: int, suits: bool):
    shape = replace(SHAPE, key_length=length)
    assert KvType.Q8_0.suits(shape) is suits
    assert KvType.F16.suits(shape)


@pytest.mark.model
def test_the_need_knows_the_type_of_the_cache():
    facts = check_model(TOUR).facts
    full, halved = (memory_need(facts, 1024, kv_type=kind) for kind in KvType)
    assert halved.kv_bytes == full.kv_bytes * 17 // 32
    assert halved.weights_bytes == full.weights_bytes
    narrow = replace(facts, shape=replace(facts.shape, key_length=80))
    assert memory_need(narrow, 1024, kv_type=KvType.Q8_0) == memory_need(narrow, 1024)


def test_only_tokens_that_are_chosen_from_need_logits():
    assert compute_bytes(SHAPE, 512) - compute_bytes(SHAPE, 512, 64) == 4 * 100 * (512 - 64)
