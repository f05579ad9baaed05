"""Judge a model: what it needs against what the machine and its devices have. Only arithmetic.

More memory never makes a verdict worse. That is why the verdict comes from all memory taken together; only
where the layers go is from the engine's plan, which fills devices layer by layer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oa_desktop.gguf.device import Device, Role
from oa_desktop.gguf.fit import DEFAULT_CONTEXT_TOKENS, DRIVER_BYTES, RUNTIME_BYTES, TIGHT_FROM
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.gguf.layer_memory import LayerMemory, reserve_bytes
from oa_desktop.gguf.layer_sizes import LayerSizes
from oa_desktop.gguf.offload import MICRO_BATCHES, SMALLEST_CONTEXT, GpuLayers, Plan, Wanted, plan
from oa_desktop.services.device_probe import SeenDevice
from oa_desktop.services.fit.report import FitReport, Machine, Verdict, names_of, place_of, reason
from oa_desktop.settings import Settings

_ORDER = (Verdict.FITS, Verdict.TIGHT, Verdict.TOO_BIG)
_MOST_CONTEXT = 1 << 20
_USUAL_COMPUTING_BYTES = 200_000_000
_USUAL_KV_PART = 8
"""Of the file's size, for the usual context of a model whose shape is not known."""


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What the machine has free, and its devices with memory of their own for layers."""

    machine_bytes: int
    device_bytes: int

    def verdict(self, need_bytes: int, least_on_machine: int = 0) -> Verdict:
        """least_on_machine: of the need, what no device can take."""
        alone = _verdict(need_bytes, self.machine_bytes, 0)
        if not self.device_bytes:
            return alone
        together = _verdict(need_bytes + DRIVER_BYTES, self.machine_bytes, self.device_bytes)
        rest = _verdict(least_on_machine + DRIVER_BYTES, self.machine_bytes, 0)
        return _best(alone, _worst(together, rest))


def judge(sizes: LayerSizes, machine: Machine, settings: Settings) -> FitReport:
    """Of a model whose layers are known, exactly or roughly."""
    return _Judging(sizes, machine, settings).report()


def judge_by_size(size_bytes: int, machine: Machine, settings: Settings) -> FitReport:
    """Of a model of which only the size is known."""
    need = size_bytes + size_bytes // _USUAL_KV_PART + _USUAL_COMPUTING_BYTES + RUNTIME_BYTES
    own = _own(machine, settings)
    rooms = (device.free_bytes - reserve_bytes(_device(device)) - _USUAL_COMPUTING_BYTES for device in own)
    verdict = _Rooms(machine.memory_free, sum(max(0, room) for room in rooms)).verdict(
        need, _USUAL_COMPUTING_BYTES + RUNTIME_BYTES
    )
    return FitReport(verdict, reason(verdict, need, machine, own=own), need, expected_bytes=need)


class _Judging:
    """One model on one machine."""

    def __init__(self, sizes: LayerSizes, machine: Machine, settings: Settings) -> None:
        self._sizes, self._machine, self._settings = sizes, machine, settings
        self._layers = len(sizes.layers)
        self._own = _own(machine, settings)
        wanted = _wanted(settings)
        self._plan = plan(sizes, _targets(machine, settings), machine.memory_free, wanted)
        self._memory = LayerMemory(
            sizes,
            self._plan.kv_type,
            flash_attention=wanted.flash_attention,
            sequences=wanted.sequences,
        )
        asked = settings.context_tokens or DEFAULT_CONTEXT_TOKENS
        self._context = min(asked, sizes.train_context_tokens or asked)

    def report(self) -> FitReport:
        context = next((c for c in self._contexts() if self._verdict(c) is not Verdict.TOO_BIG), 0)
        most = self._most_context()
        verdict = self._verdict(context) if context == self._context else Verdict.TIGHT
        verdict = verdict if context else Verdict.TOO_BIG
        need = self._need(context or self._context)
        made = self._plan if context else Plan()
        device = " and ".join(names_of([self._seen(target)]) for target in made.targets)
        return FitReport(
            verdict=verdict,
            reason=reason(
                verdict,
                need,
                self._machine,
                own=self._own,
                place=place_of(self._layers, made.offloaded_layers, device),
                context=self._context if context != self._context else 0,
                most_context=context or most,
            ),
            need_bytes=need,
            gpu_layers=made.offloaded_layers,
            layers=self._layers,
            context_tokens=min(context, self._plan.context_tokens or context),
            device=device,
            expected_bytes=self._expected(made) if context else need,
            most_context_tokens=most,
        )

    def _contexts(self) -> Iterator[int]:
        """The one that was asked for; the usual one may be shortened."""
        context = self._context
        yield context
        while not self._settings.context_tokens and context > SMALLEST_CONTEXT:
            context = max(SMALLEST_CONTEXT, context // 2)
            yield context

    def _need(self, context: int) -> int:
        return self._memory.on_the_machine(0, context, MICRO_BATCHES[0])

    def _verdict(self, context: int) -> Verdict:
        targets = [_device(device) for device in self._own]
        free, batch = self._machine.memory_free, MICRO_BATCHES[-1]
        device_bytes = sum(self._memory.rooms(targets, free, context, batch))
        asked = _gpu_layers(self._settings)
        if isinstance(asked, int):
            device_bytes = device_bytes * min(asked, self._layers) // self._layers
        least = self._memory.on_the_machine(self._layers, context, batch) - DRIVER_BYTES
        return _Rooms(free, device_bytes).verdict(self._need(context), least)

    def _expected(self, made: Plan) -> int:
        """What the engine takes with this plan, on all devices together."""
        cells = made.cells or made.context_tokens or self._context
        on_machine = self._memory.on_the_machine(made.offloaded_layers, cells, made.micro_batch)
        on_devices = sum(self._memory.rows(made.offloaded_layers, cells))
        return on_machine + on_devices + len(made.targets) * self._memory.computing(cells, made.micro_batch)

    def _most_context(self) -> int:
        """0 where even the smallest does not fit."""
        fits, too_many = 0, (self._sizes.train_context_tokens or _MOST_CONTEXT) + 1
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            if self._verdict(middle) is Verdict.TOO_BIG:
                too_many = middle
            else:
                fits = middle
        return fits

    def _seen(self, target: Device) -> SeenDevice:
        return next(device for device in self._machine.devices if device.name == target.name)


def _verdict(need_bytes: int, machine_bytes: int, device_bytes: int) -> Verdict:
    """Devices may be filled, since something of them is held back already; the machine is for others too."""
    if need_bytes > machine_bytes + device_bytes:
        return Verdict.TOO_BIG
    return Verdict.TIGHT if need_bytes > TIGHT_FROM * machine_bytes + device_bytes else Verdict.FITS


def _best(*verdicts: Verdict) -> Verdict:
    return min(verdicts, key=_ORDER.index)


def _worst(*verdicts: Verdict) -> Verdict:
    return max(verdicts, key=_ORDER.index)


def _wanted(settings: Settings) -> Wanted:
    """As the engine is told by these settings."""
    return Wanted(
        gpu_layers=_gpu_layers(settings),
        context_tokens=settings.context_tokens or None,
        kv_type=KvType(settings.kv_type),
        flash_attention=settings.flash_attention != "off",
    )


def _gpu_layers(settings: Settings) -> GpuLayers:
    if settings.gpu_layers == "all":
        return "all"
    return "auto" if settings.gpu_layers == "auto" else int(settings.gpu_layers)


def _targets(machine: Machine, settings: Settings) -> tuple[Device, ...]:
    return tuple(_device(device) for device in _usable(machine, settings))


def _own(machine: Machine, settings: Settings) -> tuple[SeenDevice, ...]:
    return tuple(device for device in _usable(machine, settings) if not device.shares_memory)


def _usable(machine: Machine, settings: Settings) -> Sequence[SeenDevice]:
    return () if settings.gpu_layers == "0" else [item for item in machine.devices if item.takes_layers]


def _device(seen: SeenDevice) -> Device:
    role = Role.INTEGRATED if seen.shares_memory else Role.GRAPHICS
    kind = "graphics" if not seen.shares_memory and seen.kind == "metal" else seen.kind
    return Device(kind, role, seen.name, seen.description, seen.free_bytes, seen.total_bytes)
