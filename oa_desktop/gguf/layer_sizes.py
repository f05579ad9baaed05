"""How a model's weights are spread over its layers, for putting some of them on another device."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from oa_desktop.gguf.facts import Shape, facts_of
from oa_desktop.gguf.header import GgufHeader
from oa_desktop.gguf.limits import MAX_BLOCKS
from oa_desktop.gguf.values import ArrayValue

_BLOCK: Final = re.compile(r"blk\.(\d{1,4})\.")
_INPUT: Final = "token_embd.weight"
_USUAL_BYTES_A_WEIGHT: Final = 0.6


@dataclass(frozen=True, slots=True)
class LayerSizes:
    """Bytes of weights. layers: of each block, the first one first.   heads: of attention, in one layer.

    output_bytes: what follows the last block. A model without output weights of its own has the input's there
    once more, when the output is on another device.
    tied: whether it is such a model.
    input_bytes: what stays in the machine's memory wherever the layers are.
    """

    shape: Shape
    heads: int
    layers: tuple[int, ...]
    output_bytes: int
    input_bytes: int
    train_context_tokens: int
    tied: bool = False


def layer_sizes(headers: Iterable[GgufHeader]) -> LayerSizes | None:
    """Of a model in one file or several, its first one first; None when it has no layers to speak of."""
    parts = list(headers)
    facts = facts_of(parts[0])
    if not 0 < facts.shape.layers <= MAX_BLOCKS:
        return None
    layers = [0] * facts.shape.layers
    other: dict[str, int] = {}
    for tensor in (tensor for part in parts for tensor in part.tensors):
        match = _BLOCK.match(tensor.name)
        if match and int(match[1]) < len(layers):
            layers[int(match[1])] += tensor.size_bytes
        else:
            other[tensor.name] = tensor.size_bytes
    input_bytes = other.pop(_INPUT, 0)
    output_bytes = sum(other.values())
    tied = "output.weight" not in other
    if tied:
        output_bytes += input_bytes
    return LayerSizes(
        shape=facts.shape,
        heads=_heads(parts[0]),
        layers=tuple(layers),
        output_bytes=output_bytes,
        input_bytes=input_bytes,
        train_context_tokens=facts.context_tokens,
        tied=tied,
    )


def rough_layer_sizes(
    size_bytes: int, shape: Shape, train_context_tokens: int = 0, parameters: int = 0
) -> LayerSizes:
    """Of a file that is not here: its size spread evenly over its layers, between its input and its output.

    parameters: how many weights, 0 when not known. Attention has as many heads as its keys, at the least.
    """
    layers = min(max(1, shape.layers), MAX_BLOCKS)
    matrix = shape.vocabulary_size * shape.embedding_length
    per_weight = size_bytes / parameters if parameters else _USUAL_BYTES_A_WEIGHT
    end = min(round(matrix * per_weight), size_bytes // 3)
    each = (size_bytes - 2 * end) // layers
    return LayerSizes(
        shape=shape,
        heads=shape.embedding_length // max(1, shape.key_length),
        layers=(each,) * layers,
        output_bytes=size_bytes - end - each * layers,
        input_bytes=end,
        train_context_tokens=train_context_tokens,
    )


def _heads(header: GgufHeader) -> int:
    """The most query heads of a layer."""
    value = header.metadata.get(f"{header.architecture}.attention.head_count")
    if isinstance(value, ArrayValue):
        return max((item for item in value.items or () if isinstance(item, int)), default=0)
    return value if isinstance(value, int) else 0
