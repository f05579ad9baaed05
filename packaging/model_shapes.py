"""The shapes of well-known models: their numbers, and the tensors that follow from them. No weights."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Architecture = Literal["gptneox", "llama"]
Quantisation = Literal["Q8_0", "Q4_0"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a model. rotary: dimensions of a head that are rotated."""

    architecture: Architecture
    quantisation: Quantisation
    layers: int
    width: int
    heads: int
    kv_heads: int
    feed_forward: int
    rotary: int
    vocabulary: int
    context: int

    @property
    def kv_width(self) -> int:
        """How wide keys and values of one position are."""
        return self.kv_heads * self.width // self.heads

    @property
    def parameters(self) -> int:
        """Numbers in all tensors."""
        return sum(tensor.elements for tensor in self.tensors())

    def tensors(self) -> Iterator["Tensor"]:
        """Every tensor in the order of the file, under llama.cpp's names."""
        layer = _llama_layer if self.architecture == "llama" else _neox_layer
        yield Tensor("token_embd.weight", (self.vocabulary, self.width))
        for number in range(self.layers):
            yield from layer(self, f"blk.{number}.")
        yield from _norm("output_norm", self)
        yield Tensor("output.weight", (self.vocabulary, self.width))


@dataclass(frozen=True, slots=True)
class Tensor:
    """A name and its size, rows first. Matrices are quantised, vectors are not."""

    name: str
    size: tuple[int, ...]

    @property
    def elements(self) -> int:
        return math.prod(self.size)


def _norm(name: str, shape: Shape) -> Iterator[Tensor]:
    yield Tensor(f"{name}.weight", (shape.width,))
    if shape.architecture == "gptneox":
        yield Tensor(f"{name}.bias", (shape.width,))


def _with_bias(name: str, rows: int, columns: int) -> Iterator[Tensor]:
    yield Tensor(f"{name}.weight", (rows, columns))
    yield Tensor(f"{name}.bias", (rows,))


def _neox_layer(shape: Shape, prefix: str) -> Iterator[Tensor]:
    width, inner = shape.width, shape.feed_forward
    yield from _norm(f"{prefix}attn_norm", shape)
    yield from _with_bias(f"{prefix}attn_qkv", 3 * width, width)
    yield from _with_bias(f"{prefix}attn_output", width, width)
    yield from _norm(f"{prefix}ffn_norm", shape)
    yield from _with_bias(f"{prefix}ffn_up", inner, width)
    yield from _with_bias(f"{prefix}ffn_down", width, inner)


def _llama_layer(shape: Shape, prefix: str) -> Iterator[Tensor]:
    width, inner = shape.width, shape.feed_forward
    yield from _norm(f"{prefix}attn_norm", shape)
    yield Tensor(f"{prefix}attn_q.weight", (width, width))
    yield Tensor(f"{prefix}attn_k.weight", (shape.kv_width, width))
    yield Tensor(f"{prefix}attn_v.weight", (shape.kv_width, width))
    yield Tensor(f"{prefix}attn_output.weight", (width, width))
    yield from _norm(f"{prefix}ffn_norm", shape)
    yield Tensor(f"{prefix}ffn_gate.weight", (inner, width))
    yield Tensor(f"{prefix}ffn_up.weight", (inner, width))
    yield Tensor(f"{prefix}ffn_down.weight", (width, inner))


SHAPES: dict[str, Shape] = {
    "pythia-160m": Shape("gptneox", "Q8_0", 12, 768, 12, 12, 3072, 16, 50304, 2048),
    "pythia-1.4b": Shape("gptneox", "Q8_0", 24, 2048, 16, 16, 8192, 32, 50304, 2048),
    "llama-1.1b": Shape("llama", "Q4_0", 22, 2048, 32, 4, 5632, 64, 32000, 2048),
    "llama-7b": Shape("llama", "Q4_0", 32, 4096, 32, 32, 11008, 128, 32000, 4096),
}
