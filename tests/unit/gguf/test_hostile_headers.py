"""Every way a header can lie, one by one: refused with the field, quickly, without memory."""

import io
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from oa_desktop.errors import ModelError
from oa_desktop.gguf import ModelDamaged, ModelIncomplete, ModelUnsupported, NotAModel, read_header
from oa_desktop.gguf.header import parse_header
from tests.unit.gguf.ggufs import (
    ARCH,
    ARRAY,
    BOOL,
    F32,
    I32,
    I64,
    STRING,
    U8,
    U32,
    U64,
    Gguf,
    array,
    pair,
    tensor,
    text,
    u32,
    u64,
)

HUGE = 2**64 - 1


def one_tensor(*args: object) -> Gguf:
    return Gguf(tensors=[tensor(*args)])  # type: ignore[arg-type]


def only(*pairs: bytes) -> Gguf:
    return Gguf(pairs=pairs, tensors=(), data_bytes=0)


DAMAGED: dict[str, tuple[Gguf, str]] = {
    "e04 version 0": (Gguf(version=0), "version"),
    "e04 random version": (Gguf(version=0xDEADBEEF), "version"),
    "e04 n_kv 2^64-1": (Gguf(pair_count=HUGE), "metadata count"),
    "e04 n_tensors 2^64-1": (Gguf(tensor_count=HUGE), "tensor count"),
    "e04 n_tensors 2^63": (Gguf(tensor_count=2**63), "tensor count"),
    "e04 empty key": (only(pair("", U32, 1)), "key 1"),
    "e04 duplicate key": (only(ARCH, ARCH), "general.architecture"),
    "e04 key length 2^63": (only(u64(2**63) + b"key"), "key 1"),
    "e04 key longer than the format allows": (only(pair("k" * 65_536, U32, 1)), "key 1"),
    "e06 value type 13": (only(text("k") + u32(13)), "k"),
    "e06 value type 2^32-1": (only(text("k") + u32(2**32 - 1)), "k"),
    "e06 string length 2^63": (only(text("k") + u32(STRING) + u64(2**63)), "k"),
    "e06 string too long": (only(pair("k", STRING, "x" * (2 << 20))), "k"),
    "e06 array length 2^62": (only(text("k") + u32(ARRAY) + u32(U8) + u64(2**62)), "k"),
    "e06 array length 2^63": (only(text("k") + u32(ARRAY) + u32(U64) + u64(2**63)), "k"),
    "e06 text array length 2^62": (only(text("k") + u32(ARRAY) + u32(STRING) + u64(2**62)), "k"),
    "e06 nested array": (only(text("k") + u32(ARRAY) + u32(ARRAY) + u64(1)), "k"),
    "e06 array of unknown type": (only(text("k") + u32(ARRAY) + u32(99) + u64(1)), "k"),
    "e06 bool of 2": (only(pair("k", BOOL, 2)), "k"),
    "e06 texts beyond the budget": (
        only(*(pair(f"k{n}", STRING, "x" * (1 << 20)) for n in range(7))),
        "k5",
    ),
    "e07 no dimensions": (one_tensor("t", []), "shape of tensor t"),
    "e07 nine dimensions": (one_tensor("t", [1] * 9), "shape of tensor t"),
    "e07 negative dimension": (one_tensor("t", [64, -1]), "shape of tensor t"),
    "e07 zero dimension": (one_tensor("t", [64, 0]), "shape of tensor t"),
    "e07 elements overflow": (one_tensor("t", [2**32, 2**32]), "shape of tensor t"),
    "e07 bytes overflow": (one_tensor("t", [2**62]), "shape of tensor t"),
    "e07 ragged rows": (one_tensor("t", [63, 5], 8), "shape of tensor t"),
    "e07 tensor type 2^32-1": (one_tensor("t", [64], 2**32 - 1), "type of tensor t"),
    "e07 tensor without a name": (one_tensor("", [64]), "name of tensor 1"),
    "e07 tensor name too long": (one_tensor("t" * 64, [64]), "name of tensor 1"),
    "e07 duplicate tensor": (Gguf(tensors=[tensor("t", [64])] * 2), "tensor t"),
    "e07 block count 100000": (only(ARCH, pair("llama.block_count", U32, 100_000)), "llama.block_count"),
    "e07 block count 0": (only(ARCH, pair("llama.block_count", U32, 0)), "llama.block_count"),
    "e07 block count negative": (only(ARCH, pair("llama.block_count", I64, -1)), "llama.block_count"),
    "e07 block count as text": (only(ARCH, pair("llama.block_count", STRING, "2")), "llama.block_count"),
    "e07 embedding length 0": (only(ARCH, pair("llama.embedding_length", U32, 0)), "llama.embedding_length"),
    **{
        f"e07 {name} {value}": (only(ARCH, pair(f"llama.{name}", kind, value)), f"llama.{name}")
        for name in (
            *("attention.head_count", "attention.head_count_kv", "attention.key_length"),
            *("attention.value_length", "feed_forward_length", "expert_count", "vocab_size"),
        )
        for kind, value in ((I32, -1), (I64, -(2**63)), (U64, 2**62), (F32, 0.5), (STRING, "4"))
    },
    "e07 negative heads of a layer": (
        only(ARCH, array("llama.attention.head_count_kv", I32, [2, -2])),
        "llama.attention.head_count_kv",
    ),
    "e07 heads of two thousand layers": (
        only(ARCH, array("llama.attention.head_count", U32, [4] * 2000)),
        "llama.attention.head_count",
    ),
    "e07 heads as texts": (
        only(ARCH, array("llama.attention.head_count", STRING, ["4"])),
        "llama.attention.head_count",
    ),
    "e07 key lengths per layer": (
        only(ARCH, array("llama.attention.key_length", U32, [64])),
        "llama.attention.key_length",
    ),
    **{
        f"e07 context length {value}": (
            only(ARCH, pair("llama.context_length", kind, value)),
            "llama.context_length",
        )
        for kind, value in ((I32, -5), (U32, 0), (U64, 2**62), (F32, 3.5), (STRING, "4096"))
    },
    "e07 rotation of odd length": (
        only(ARCH, pair("llama.rope.dimension_count", U32, 7)),
        "llama.rope.dimension_count",
    ),
    "e07 rotation of no length": (
        only(ARCH, pair("llama.rope.dimension_count", U32, 0)),
        "llama.rope.dimension_count",
    ),
    "e07 rotation longer than a head": (
        Gguf(extra=[pair("llama.rope.dimension_count", U32, 18)]),
        "llama.rope.dimension_count",
    ),
    "e07 rotation longer than a key": (
        Gguf(extra=[pair("llama.attention.key_length", U32, 8), pair("llama.rope.dimension_count", U32, 16)]),
        "llama.rope.dimension_count",
    ),
    "e07 epsilon not a number": (
        only(ARCH, pair("llama.attention.layer_norm_epsilon", F32, math.nan)),
        "llama.attention.layer_norm_epsilon",
    ),
    "e07 epsilon negative": (
        only(ARCH, pair("llama.attention.layer_norm_rms_epsilon", F32, -1.0)),
        "llama.attention.layer_norm_rms_epsilon",
    ),
    "e07 architecture as number": (only(pair("general.architecture", U32, 7)), "general.architecture"),
    "e07 template as number": (only(pair("tokenizer.chat_template", U32, 7)), "tokenizer.chat_template"),
    "e07 tokens as numbers": (only(array("tokenizer.ggml.tokens", U8, [1])), "tokenizer.ggml.tokens"),
    "e07 tokens as one text": (only(pair("tokenizer.ggml.tokens", STRING, "a")), "tokenizer.ggml.tokens"),
    "e07 scores as texts": (only(array("tokenizer.ggml.scores", STRING, ["a"])), "tokenizer.ggml.scores"),
    "e07 fewer scores than tokens": (
        only(array("tokenizer.ggml.tokens", STRING, ["a", "b"]), array("tokenizer.ggml.scores", F32, [0.0])),
        "tokenizer.ggml.scores",
    ),
    "e07 more types than tokens": (
        only(array("tokenizer.ggml.tokens", STRING, ["a"]), array("tokenizer.ggml.token_type", I32, [1, 1])),
        "tokenizer.ggml.token_type",
    ),
    "e07 token twice": (only(array("tokenizer.ggml.tokens", STRING, ["a", "", "b", "", "a"])), "token 4"),
    "e07 token twice up to a NUL": (
        only(array("tokenizer.ggml.tokens", STRING, ["a", "b\0x", "b\0y"])),
        "token 2",
    ),
    "e07 byte token of no byte": (
        only(
            pair("tokenizer.ggml.model", STRING, "llama"),
            array("tokenizer.ggml.tokens", STRING, ["a", "<0x41>", "<0x-1>"]),
        ),
        "token 2",
    ),
    "alignment 0": (only(pair("general.alignment", U32, 0)), "general.alignment"),
    "alignment 33": (only(pair("general.alignment", U32, 33)), "general.alignment"),
    "alignment as text": (only(pair("general.alignment", STRING, "32")), "general.alignment"),
    "misaligned offset": (one_tensor("t", [64], 0, 8), "offset of tensor t"),
    "gap between tensors": (one_tensor("t", [64], 0, 64), "offset of tensor t"),
    "overlapping tensors": (
        Gguf(tensors=[tensor("a", [64]), tensor("b", [64], 0, 0)]),
        "offset of tensor b",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_e04_e06_e07_a_lying_header_is_refused_with_its_field(case: str, tmp_path: Path) -> None:
    gguf, field = DAMAGED[case]
    with pytest.raises(ModelDamaged) as caught:
        read_header(gguf.write(tmp_path / "bad.gguf"))
    assert caught.value.field == field
    assert caught.value.code == "model-damaged"
    assert "bad.gguf" in caught.value.title


def test_e04_the_37_byte_file_that_aborts_the_loader_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF" + u32(3) + u64(0) + u64(1) + u64(0) + u32(U8) + b"\0")
    assert path.stat().st_size == 37
    with pytest.raises(ModelDamaged, match="key 1 is empty"):
        read_header(path)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_e04_a_file_cut_inside_the_magic_is_incomplete(length: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(b"GGUF"[:length])
    with pytest.raises(ModelIncomplete):
        read_header(path)


def test_e04_an_empty_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "none.gguf"
    path.touch()
    with pytest.raises(NotAModel, match=r"none\.gguf is an empty file"):
        read_header(path)


@pytest.mark.parametrize(
    ("version", "words"), [(1, "version 1"), (4, "up to version 3"), (0x03000000, "big-endian")]
)
def test_e04_other_versions_are_named(version: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupported, match=words):
        read_header(Gguf(version=version).write(tmp_path / "v.gguf"))


def test_unknown_and_removed_tensor_types_ask_for_another_file(tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupported, match="newer engine"):
        read_header(one_tensor("t", [64], 77).write(tmp_path / "new.gguf"))
    with pytest.raises(ModelUnsupported, match="Q4_0_4_4"):
        read_header(one_tensor("t", [64], 31).write(tmp_path / "removed.gguf"))


def test_e06_a_text_past_the_end_is_incomplete(tmp_path: Path) -> None:
    with pytest.raises(ModelIncomplete) as caught:
        read_header(only(text("k") + u32(STRING) + u64(5000) + b"abc").write(tmp_path / "cut.gguf"))
    assert caught.value.field == "k"


def test_e06_a_vocabulary_entry_past_the_end_is_incomplete(tmp_path: Path) -> None:
    pairs = (
        text("tokenizer.ggml.tokens") + u32(ARRAY) + u32(STRING) + u64(2) + text("a") + u64(900) + b"b" * 99
    )
    with pytest.raises(ModelIncomplete) as caught:
        read_header(only(pairs).write(tmp_path / "cut.gguf"))
    assert caught.value.field == "tokenizer.ggml.tokens[1]"


def test_e05_a_tensor_beyond_the_file_says_how_much_is_there(tmp_path: Path) -> None:
    with pytest.raises(ModelIncomplete) as caught:
        read_header(one_tensor("t", [1_000_000, 5]).write(tmp_path / "half.gguf"))
    assert caught.value.need_bytes == caught.value.have_bytes - 2560 + 20_000_000
    assert "of 20.0 MB" in caught.value.title


@pytest.mark.parametrize("percent", [10, 50, 99])
def test_e05_a_truncated_file_is_incomplete(percent: int, tmp_path: Path) -> None:
    whole = Gguf().build()
    path = tmp_path / "cut.gguf"
    path.write_bytes(whole[: len(whole) * percent // 100])
    with pytest.raises(ModelIncomplete):
        read_header(path)


def test_e05_the_sentence_has_both_sizes() -> None:
    error = ModelIncomplete(Path("falcon.gguf"), 4_100_000_000, 4_900_000_000, "tensor data")
    assert error.title == "The model file falcon.gguf is incomplete: 4.1 of 4.9 GB."


def test_every_cut_of_a_header_is_refused() -> None:
    whole = Gguf().build()
    for length in range(len(whole)):
        with pytest.raises(ModelError):
            parse_header(io.BytesIO(whole[:length]), Path("cut.gguf"), length)


def test_a_hostile_name_is_shown_without_its_control_characters(tmp_path: Path) -> None:
    path = Gguf(version=0).write(tmp_path / "a\u202egguf\n<img>.gguf")
    with pytest.raises(ModelDamaged) as caught:
        read_header(path)
    assert "a�gguf�<img>.gguf" in caught.value.title


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None], ids=["folder", "missing"])
def test_what_is_not_a_file_is_missing(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "x.gguf")
    with pytest.raises(ModelError) as caught:
        read_header(tmp_path / "x.gguf")
    assert caught.value.code == "model-missing"


def test_a_named_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os = pytest.importorskip("os")
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(ModelError, match="not a regular file"):
        read_header(tmp_path / "pipe.gguf")
