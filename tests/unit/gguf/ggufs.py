"""Build GGUF files byte by byte, right or wrong on purpose."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
_CODES = {
    U8: "B",
    I8: "b",
    U16: "H",
    I16: "h",
    U32: "I",
    I32: "i",
    F32: "f",
    BOOL: "B",
    U64: "Q",
    I64: "q",
    F64: "d",
}


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


def u64(value: int) -> bytes:
    return struct.pack("<Q", value)


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return u64(len(raw)) + raw


def scalar(kind: int, value: object) -> bytes:
    return text(value) if kind == STRING else struct.pack("<" + _CODES[kind], value)  # type: ignore[arg-type]


def pair(key: str | bytes, kind: int, value: object) -> bytes:
    return text(key) + u32(kind) + scalar(kind, value)


def array(key: str, kind: int, values: Sequence[object]) -> bytes:
    return text(key) + u32(ARRAY) + u32(kind) + u64(len(values)) + b"".join(scalar(kind, v) for v in values)


def tensor(name: str | bytes, dims: Sequence[int], kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + u32(len(dims)) + b"".join(u64(d % 2**64) for d in dims) + u32(kind) + u64(offset)


ARCH = pair("general.architecture", STRING, "llama")
PAIRS = (
    ARCH,
    pair("general.name", STRING, "Tiny"),
    pair("llama.block_count", U32, 2),
    pair("llama.context_length", U32, 2048),
    pair("llama.embedding_length", U32, 64),
    pair("llama.attention.head_count", U32, 4),
    pair("llama.attention.head_count_kv", U32, 2),
    pair("general.file_type", U32, 0),
    pair("tokenizer.ggml.model", STRING, "gpt2"),
    array("tokenizer.ggml.tokens", STRING, ["a", "b", "<|endoftext|>", "<|prompter|>", "<|assistant|>"]),
    array("tokenizer.ggml.token_type", I32, [1, 1, 3, 3, 3]),
)


@dataclass
class Gguf:
    """The parts of a file; every default is right, so a test spoils one thing."""

    magic: bytes = b"GGUF"
    version: int = 3
    pairs: Sequence[bytes] = PAIRS
    tensors: Sequence[bytes] = (
        tensor("token_embd.weight", [64, 5]),
        tensor("output.weight", [64, 5], 0, 1280),
    )
    data_bytes: int = 2560
    pair_count: int | None = None
    tensor_count: int | None = None
    alignment: int = 32
    extra: list[bytes] = field(default_factory=list)

    def build(self) -> bytes:
        pairs = [*self.pairs, *self.extra]
        header = b"".join(
            (
                self.magic,
                u32(self.version),
                u64(len(self.tensors) if self.tensor_count is None else self.tensor_count),
                u64(len(pairs) if self.pair_count is None else self.pair_count),
                *pairs,
                *self.tensors,
            )
        )
        return header + bytes(-len(header) % self.alignment) + bytes(self.data_bytes)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.build())
        return path
