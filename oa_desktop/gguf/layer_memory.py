"""What the layers of one model take on one machine, and what there is for them. Bytes only, no decisions."""

from collections.abc import Sequence

from oa_desktop.gguf.device import Device
from oa_desktop.gguf.fit import DRIVER_BYTES, RUNTIME_BYTES, attention_bytes, compute_bytes
from oa_desktop.gguf.kv_cache import KvType, cell_bytes
from oa_desktop.gguf.layer_sizes import LayerSizes

_MOST_RESERVE, _LEAST_RESERVE, _RESERVED_PART = 2**30, 2**28, 16


class LayerMemory:
    """Of a model with this type of KV cache.

    sequences: how many get a next token in one step.
    """

    def __init__(self, sizes: LayerSizes, kv_type: KvType, *, flash_attention: bool, sequences: int) -> None:
        self._sizes = sizes
        self._flash_attention = flash_attention
        self._sequences = sequences
        per_layer = cell_bytes(sizes.shape, kv_type)
        if len(per_layer) != len(sizes.layers):
            per_layer = (max(per_layer, default=0),) * len(sizes.layers)
        self._cells = per_layer

    @property
    def cell_bytes(self) -> int:
        """A cell of the KV cache in all layers."""
        return sum(self._cells)

    def rows(self, count: int, cells: int) -> list[int]:
        """What the last `count` layers take, each with its part of the cache, and the output after them."""
        if count == 0:
            return []
        weights, per_cell = self._sizes.layers[-count:], self._cells[-count:]
        blocks = [weight + cell * cells for weight, cell in zip(weights, per_cell, strict=True)]
        return [*blocks, self._sizes.output_bytes]

    def rooms(self, targets: Sequence[Device], free_bytes: int, cells: int, micro_batch: int) -> list[int]:
        """What each device has for layers, when that much of the machine's memory is free."""
        sharing = sum(device.shares_memory for device in targets)
        host = max(0, free_bytes - self._sizes.input_bytes - RUNTIME_BYTES - DRIVER_BYTES)
        rooms = []
        for device in targets:
            said = device.free_bytes if device.total_bytes else host
            room = min(said, host // sharing) if device.shares_memory else said
            rooms.append(max(0, room - reserve_bytes(device) - self.computing(cells, micro_batch)))
        return rooms

    def computing(self, cells: int, micro_batch: int) -> int:
        """What a device needs beside its layers while it computes: activations, logits and attention."""
        heads = 0 if self._flash_attention else self._sizes.heads
        outputs = min(micro_batch, self._sequences)
        return compute_bytes(self._sizes.shape, micro_batch, outputs) + attention_bytes(
            cells, micro_batch, heads
        )

    def on_the_machine(self, count: int, cells: int, micro_batch: int) -> int:
        """What is left for the machine's own memory when the last `count` layers are elsewhere."""
        kept = len(self._sizes.layers) - count
        weights = sum(self._sizes.layers[:kept]) + self._sizes.input_bytes
        if count == 0 and not self._sizes.tied:
            weights += self._sizes.output_bytes
        kv = sum(self._cells[:kept]) * cells
        runtime = RUNTIME_BYTES + (DRIVER_BYTES if count else 0)
        return weights + kv + self.computing(cells, micro_batch) + runtime


def reserve_bytes(device: Device) -> int:
    """What stays free on a device for drivers, the screen and what an estimate does not know.

    A sixteenth of it, but a quarter to a whole GiB.
    """
    return min(_MOST_RESERVE, max(_LEAST_RESERVE, device.total_bytes // _RESERVED_PART))
