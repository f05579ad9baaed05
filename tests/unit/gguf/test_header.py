"""The header reader on good files: our own, those of the `gguf` package, llama.cpp's vocabularies."""

import os
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter

from oa_desktop.gguf import read_header
from oa_desktop.gguf.values import ArrayValue, ValueType
from tests.unit.gguf.ggufs import F32, STRING, U32, Gguf, array, pair, tensor

TOUR = Path(__file__).parents[3] / "resources" / "tour" / "tour.gguf"
LLAMA_SOURCE = os.environ.get("LLAMA_CPP_SOURCE")
"""Where the source of llama.cpp is unpacked: its `models` folder holds vocabularies too large for here."""
VOCABULARIES = sorted(Path(LLAMA_SOURCE, "models").glob("*.gguf")) if LLAMA_SOURCE else []


def test_a_good_file_is_read_field_by_field(tmp_path: Path) -> None:
    header = read_header(Gguf().write(tmp_path / "m.gguf"))
    assert (header.version, header.alignment, header.architecture) == (3, 32, "llama")
    assert header.integer("llama.block_count") == 2
    assert header.text("general.name") == "Tiny"
    assert [(t.name, t.dims, t.type_name, t.offset, t.size_bytes) for t in header.tensors] == [
        ("token_embd.weight", (64, 5), "F32", 0, 1280),
        ("output.weight", (64, 5), "F32", 1280, 1280),
    ]
    assert header.data_offset + 2560 == header.file_size
    assert header.data_offset % 32 == 0


def test_role_tokens_are_found_with_their_ids(tmp_path: Path) -> None:
    header = read_header(Gguf().write(tmp_path / "m.gguf"))
    assert header.role_tokens == {"<|endoftext|>": 2, "<|prompter|>": 3, "<|assistant|>": 4}


def test_short_arrays_are_kept_and_long_ones_only_counted(tmp_path: Path) -> None:
    extra = [
        array("short", U32, [7, 8]),
        array("texts", STRING, ["x", "é"]),
        array("long", F32, [0.5] * 5000),
    ]
    metadata = read_header(Gguf(extra=extra).write(tmp_path / "m.gguf")).metadata
    assert metadata["short"] == ArrayValue(ValueType.UINT32, 2, (7, 8))
    assert metadata["texts"] == ArrayValue(ValueType.STRING, 2, ("x", "é"))
    assert metadata["long"] == ArrayValue(ValueType.FLOAT32, 5000, None)


def test_a_vocabulary_longer_than_one_block_keeps_its_count(tmp_path: Path) -> None:
    tokens = [f"token {n} {'x' * (n % 40)}" for n in range(30_000)] + ["y" * 400_000, "<|prompter|>", "z"]
    gguf = Gguf(
        pairs=[array("tokenizer.ggml.tokens", STRING, tokens), pair("after", U32, 5)],
        tensors=(),
        data_bytes=0,
    )
    header = read_header(gguf.write(tmp_path / "m.gguf"))
    assert header.role_tokens == {"<|prompter|>": 30_001}
    assert header.integer("after") == 5


def test_alignment_from_the_file_is_used(tmp_path: Path) -> None:
    tensors = (tensor("a", [64, 5]), tensor("b", [64, 5], 0, 1280))
    gguf = Gguf(extra=[pair("general.alignment", U32, 256)], tensors=tensors, alignment=256)
    header = read_header(gguf.write(tmp_path / "m.gguf"))
    assert header.alignment == 256
    assert header.data_offset % 256 == 0


def test_a_file_of_the_gguf_package_is_read(tmp_path: Path) -> None:
    writer = GGUFWriter(tmp_path / "m.gguf", "gptneox")
    writer.add_context_length(2048)
    writer.add_block_count(6)
    writer.add_chat_template("{{ messages }}")
    writer.add_token_list(["a", "<|prompter|>"])
    writer.add_token_types([1, 4])
    writer.add_tensor("token_embd.weight", np.ones((2, 32), dtype=np.float32))
    writer.add_tensor("half", np.ones((3, 33), dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = read_header(tmp_path / "m.gguf")
    assert [(t.name, t.dims, t.type_name) for t in header.tensors] == [
        ("token_embd.weight", (32, 2), "F32"),
        ("half", (33, 3), "F16"),
    ]
    assert header.integer("gptneox.block_count") == 6
    assert header.role_tokens == {"<|prompter|>": 1}


@pytest.mark.model
def test_the_tour_model_is_read() -> None:
    header = read_header(TOUR)
    assert header.architecture == "gptneox"
    assert {"<|prompter|>", "<|assistant|>", "<|endoftext|>"} <= set(header.role_tokens)
    last = header.tensors[-1]
    assert header.data_offset + last.offset + last.size_bytes <= header.file_size


@pytest.mark.skipif(not VOCABULARIES, reason="LLAMA_CPP_SOURCE is not set")
@pytest.mark.parametrize("path", VOCABULARIES, ids=lambda path: path.stem)
def test_llama_cpp_vocabularies_are_read(path: Path) -> None:
    header = read_header(path)
    assert header.metadata["tokenizer.ggml.tokens"].length > 1000  # type: ignore[union-attr]
