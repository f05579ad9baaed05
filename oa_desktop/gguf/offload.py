"""Decide before loading where the layers of a model go, and how much context there is room for.

Only arithmetic: from what the file's header says and what memory is free. ADR 20 has the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from oa_desktop.gguf.device import Device
from oa_desktop.gguf.errors import decimal_size
from oa_desktop.gguf.fit import DEFAULT_CONTEXT_TOKENS, SEQUENCES
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.gguf.layer_memory import LayerMemory, reserve_bytes
from oa_desktop.gguf.layer_shares import filled, most_that_fit, proportional
from oa_desktop.gguf.layer_sizes import LayerSizes

GpuLayers = int | Literal["auto", "all"]

SMALLEST_CONTEXT: Final = 512
ROOM_BYTES: Final = 512 * 2**20
"""KV memory that several replies and kept branches may use beyond one full context."""
MICRO_BATCHES: Final = (512, 256, 128)
"""Tokens computed at once; fewer need less room beside the layers."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; None leaves it to us. sequences: how many get a next token in one step."""

    gpu_layers: GpuLayers = "auto"
    context_tokens: int | None = None
    cells: int | None = None
    kv_type: KvType = KvType.F16
    flash_attention: bool = True
    sequences: int = SEQUENCES


@dataclass(frozen=True, slots=True)
class Plan:
    """Where and how large.

    targets, shares: the devices, and how many layers each takes, the output counted as the last layer.
    context_tokens, cells: None where the header does not say enough.
    reasons: for the log.   notices: sentences a person should see.
    """

    targets: tuple[Device, ...] = ()
    shares: tuple[int, ...] = ()
    context_tokens: int | None = None
    cells: int | None = None
    micro_batch: int = MICRO_BATCHES[0]
    kv_type: KvType = KvType.F16
    reasons: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def offloaded_layers(self) -> int:
        """Layers on `targets`, the output not counted."""
        return max(0, sum(self.shares) - 1)


def plan(sizes: LayerSizes | None, targets: Sequence[Device], free_bytes: int, wanted: Wanted) -> Plan:
    """free_bytes: of the machine's own memory.   sizes: None for a file whose header says too little."""
    if sizes is None:
        return Plan(
            context_tokens=wanted.context_tokens,
            cells=wanted.cells,
            kv_type=wanted.kv_type,
            reasons=("The header says too little to choose anything.",),
        )
    suitable = wanted.kv_type.suits(sizes.shape)
    if not suitable:
        wanted = replace(wanted, kv_type=KvType.F16)
    made = _Planning(sizes, tuple(targets), free_bytes, wanted).plan()
    if suitable:
        return made
    notice = "The heads of this model are too small for a KV cache of q8_0; it is kept in f16."
    return replace(made, notices=(notice, *made.notices))


def smaller(failed: Plan, sizes: LayerSizes | None, free_bytes: int, wanted: Wanted) -> Plan | None:
    """What to try once when there was not enough memory for `failed`; None when there is nothing smaller."""
    if failed.offloaded_layers:
        layers = min(failed.offloaded_layers * 3 // 4, failed.offloaded_layers - 1)
        context = failed.context_tokens or wanted.context_tokens
        fewer = replace(wanted, gpu_layers=layers, context_tokens=context, cells=context)
        planned = plan(sizes, failed.targets, free_bytes, fewer)
        where = _named(planned.targets or failed.targets)
        notice = f"The memory of {where} was not enough for {_count_of(failed.offloaded_layers)}; " + (
            f"{planned.offloaded_layers} are there now." if layers else "the model runs on the processor."
        )
        return replace(planned, notices=(*failed.notices, notice))
    context = failed.context_tokens or DEFAULT_CONTEXT_TOKENS
    half = max(SMALLEST_CONTEXT, context // 2)
    if half >= context:
        return None
    shorter = replace(wanted, gpu_layers=0, context_tokens=half, cells=half)
    notice = f"There was not enough memory for a context of {context} tokens; it has {half} now."
    return replace(plan(sizes, (), free_bytes, shorter), notices=(*failed.notices, notice))


class _Planning:
    """The decisions for one model on one machine."""

    def __init__(
        self, sizes: LayerSizes, targets: tuple[Device, ...], free_bytes: int, wanted: Wanted
    ) -> None:
        self._layers = len(sizes.layers)
        self._targets = targets
        self._free_bytes = free_bytes
        self._wanted = wanted
        self._memory = LayerMemory(
            sizes,
            wanted.kv_type,
            flash_attention=wanted.flash_attention,
            sequences=wanted.sequences,
        )
        asked = wanted.context_tokens or DEFAULT_CONTEXT_TOKENS
        self._context = min(asked, sizes.train_context_tokens or asked)

    def plan(self) -> Plan:
        count, micro_batch = self._count()
        context = self._context if self._wanted.context_tokens else self._context_that_fits(count)
        cells = max(context, self._wanted.cells or self._most_cells(context, count, micro_batch))
        shares = self._shares(count, cells, micro_batch)
        used = [index for index, share in enumerate(shares) if share]
        return Plan(
            targets=tuple(self._targets[index] for index in used),
            shares=tuple(shares[index] for index in used),
            context_tokens=context,
            cells=cells,
            micro_batch=micro_batch,
            kv_type=self._wanted.kv_type,
            reasons=tuple(self._reasons(count, cells)),
            notices=tuple(self._notices(count, context)),
        )

    def _count(self) -> tuple[int, int]:
        """How many layers are put on the targets, and how many tokens are computed at once."""
        asked = self._wanted.gpu_layers
        if not self._targets or asked == 0:
            return 0, MICRO_BATCHES[0]
        if asked == "all":
            return self._layers, MICRO_BATCHES[0]
        if asked != "auto":
            return min(asked, self._layers), MICRO_BATCHES[0]
        rows = self._memory.rows(self._layers, self._context)
        for micro_batch in MICRO_BATCHES:
            if count := max(0, most_that_fit(rows, self._rooms(self._context, micro_batch)) - 1):
                return count, micro_batch
        return 0, MICRO_BATCHES[0]

    def _rooms(self, cells: int, micro_batch: int) -> list[int]:
        return self._memory.rooms(self._targets, self._free_bytes, cells, micro_batch)

    def _shares(self, count: int, cells: int, micro_batch: int) -> tuple[int, ...]:
        if count == 0:
            return ()
        rooms = self._rooms(cells, micro_batch)
        return filled(self._memory.rows(count, cells), rooms) or proportional(count + 1, rooms)

    def _fits_on_the_machine(self, count: int, cells: int) -> bool:
        return self._memory.on_the_machine(count, cells, MICRO_BATCHES[0]) <= self._free_bytes

    def _context_that_fits(self, count: int) -> int:
        """The usual context, or a shorter one where that makes the difference."""
        context = self._context
        while context > SMALLEST_CONTEXT and not self._fits_on_the_machine(count, context):
            context = max(SMALLEST_CONTEXT, context // 2)
        return context if self._fits_on_the_machine(count, context) else self._context

    def _most_cells(self, context: int, count: int, micro_batch: int) -> int:
        """Room for several replies and kept branches, while it is cheap and costs no layer."""
        cheap = max(context, min(4 * context, ROOM_BYTES // max(1, self._memory.cell_bytes)))
        for cells in (cheap, 3 * context, 2 * context):
            if context < cells <= cheap and self._fits_on_the_machine(count, cells):
                rows, rooms = self._memory.rows(count, cells), self._rooms(cells, micro_batch)
                if count == 0 or filled(rows, rooms) is not None:
                    return cells
        return context

    def _reasons(self, count: int, cells: int) -> list[str]:
        free = ", ".join(f"{device.name} {decimal_size(device.free_bytes)}" for device in self._targets)
        memory = f"free: {free or 'no other device'}, machine {decimal_size(self._free_bytes)}"
        need = decimal_size(sum(self._memory.rows(self._layers, cells)))
        asked = self._wanted.gpu_layers
        return [
            f"{count} of {self._layers} layers go on other devices (asked: {asked}; {memory}).",
            f"All layers with {cells} cells of {self._wanted.kv_type} need about {need}.",
        ]

    def _notices(self, count: int, context: int) -> list[str]:
        notices = []
        if count == 0 and self._targets and self._wanted.gpu_layers != 0:
            device = max(self._targets, key=lambda device: device.free_bytes)
            need = sum(self._memory.rows(1, self._context)) + reserve_bytes(device)
            need += self._memory.computing(self._context, MICRO_BATCHES[-1])
            notices.append(
                f"The model runs on the processor: {device.description or device.name} has "
                f"{decimal_size(device.free_bytes)} of memory free, and one layer needs {decimal_size(need)}."
            )
        if context < self._context:
            notices.append(
                f"The context is {context} tokens instead of {self._context}, because memory is short."
            )
        return notices


def _named(targets: Sequence[Device]) -> str:
    return " and ".join(device.description or device.name for device in targets)


def _count_of(layers: int) -> str:
    return "1 layer" if layers == 1 else f"{layers} layers"
