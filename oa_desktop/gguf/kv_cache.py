"""What a cell of the KV cache takes, by the type its numbers are kept in."""

from enum import StrEnum
from typing import Final

from oa_desktop.gguf.facts import Shape

_BLOCK: Final = 32
_BLOCK_BYTES: Final = 34
"""Of Q8_0: 32 numbers of one byte and their common scale."""


class KvType(StrEnum):
    """How precisely keys and values are kept. Q8_0 takes about half of F16 and needs flash attention."""

    F16 = "f16"
    Q8_0 = "q8_0"

    def size_bytes(self, numbers: int) -> int:
        """What so many numbers take."""
        if self is KvType.F16:
            return 2 * numbers
        return -(-numbers // _BLOCK) * _BLOCK_BYTES

    def suits(self, shape: Shape) -> bool:
        """Whether a head of this model can be kept so: llama.cpp takes whole blocks only."""
        whole = shape.key_length % _BLOCK == 0 and shape.value_length % _BLOCK == 0
        return self is KvType.F16 or whole


def cell_bytes(shape: Shape, kv_type: KvType = KvType.F16) -> tuple[int, ...]:
    """What one token takes in each layer. Sliding-window layers need less than this."""
    return tuple(
        kv_type.size_bytes(heads * shape.key_length) + kv_type.size_bytes(heads * shape.value_length)
        for heads in shape.kv_heads
    )
