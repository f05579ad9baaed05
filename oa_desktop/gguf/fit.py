"""How much memory a model needs, before anything is started. An estimate from above, told with its parts."""

from dataclasses import dataclass
from enum import StrEnum

from oa_desktop.gguf.errors import ModelTooLarge, decimal_size
from oa_desktop.gguf.facts import ModelFacts, Shape
from oa_desktop.gguf.kv_cache import KvType, cell_bytes

DEFAULT_CONTEXT_TOKENS = 4096
TIGHT_FROM = 0.8
"""Part of the available memory from which the rest of the machine feels it."""

BATCH_TOKENS = 512
SEQUENCES = 64
"""Live and kept sequences of one context; each may get a next token in one step."""

RUNTIME_BYTES = 60_000_000
"""The engine's program itself, as measured on Linux."""

DRIVER_BYTES = 240_000_000
"""What the libraries of a graphics card may take of the machine's memory, where one is used."""

_FLOAT_BYTES = 4
_WIDTHS = 12
"""Numbers a token takes while it is computed, in widths of the model; as measured."""


class Fit(StrEnum):
    """The verdict."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes, by what they are for."""

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    runtime_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes + self.runtime_bytes

    def verdict(self, available_bytes: int) -> Fit:
        """Whether that much free memory is enough."""
        if self.total_bytes > available_bytes:
            return Fit.TOO_LARGE
        return Fit.TIGHT if self.total_bytes > TIGHT_FROM * available_bytes else Fit.FITS


def default_context(facts: ModelFacts) -> int:
    """The context to open a model with: its own, but no more than 4096, which every machine can hold."""
    return min(facts.context_tokens or DEFAULT_CONTEXT_TOKENS, DEFAULT_CONTEXT_TOKENS)


def memory_need(
    facts: ModelFacts,
    context_tokens: int,
    *,
    weights_bytes: int | None = None,
    kv_type: KvType = KvType.F16,
) -> MemoryNeed:
    """The need of a file with `context_tokens` cells of KV cache. weights_bytes: of all its parts."""
    weights = facts.size_bytes if weights_bytes is None else weights_bytes
    return shape_need(facts.shape, weights, context_tokens, kv_type=kv_type)


def shape_need(shape: Shape, weights_bytes: int, cells: int, *, kv_type: KvType = KvType.F16) -> MemoryNeed:
    """The need of a model of this shape, whether its file is here or not. Sliding-window models need less."""
    if not kv_type.suits(shape):
        kv_type = KvType.F16
    return MemoryNeed(
        weights_bytes=weights_bytes,
        kv_bytes=sum(cell_bytes(shape, kv_type)) * cells,
        compute_bytes=compute_bytes(shape, BATCH_TOKENS, SEQUENCES) + attention_bytes(cells, BATCH_TOKENS),
        runtime_bytes=RUNTIME_BYTES,
    )


def compute_bytes(shape: Shape, batch_tokens: int, outputs: int | None = None) -> int:
    """What computing so many tokens at once takes beside weights and cache.

    outputs: how many of them have their next token chosen; None for all.
    """
    numbers = batch_tokens * _WIDTHS * shape.embedding_length
    numbers += (batch_tokens if outputs is None else outputs) * shape.vocabulary_size
    return _FLOAT_BYTES * numbers


def attention_bytes(cells: int, batch_tokens: int, heads: int = 0) -> int:
    """What attention of so many tokens over a cache takes. heads: of a layer, 0 for flash attention."""
    per_pair = _FLOAT_BYTES * (1 + heads) if heads else _FLOAT_BYTES // 2
    return cells * batch_tokens * per_pair


def require_fit(facts: ModelFacts, need: MemoryNeed, context_tokens: int, available_bytes: int) -> None:
    """Raises ModelTooLarge with both numbers if `available_bytes` of memory are not enough."""
    if need.verdict(available_bytes) is not Fit.TOO_LARGE:
        return
    smaller_context = need.total_bytes - need.kv_bytes // 2 <= available_bytes
    raise ModelTooLarge(
        "model-too-large",
        f"{facts.name} needs about {decimal_size(need.total_bytes)} of memory; "
        f"this machine has {decimal_size(available_bytes)} free.",
        detail=f"weights {need.weights_bytes}, KV cache {need.kv_bytes} for {context_tokens} tokens, "
        f"compute {need.compute_bytes} bytes",
        hint=(
            "Choose a smaller context."
            if smaller_context
            else "Close other programs, or choose a smaller model or a stronger quantisation."
        ),
    )
