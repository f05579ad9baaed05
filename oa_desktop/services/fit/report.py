"""What is told about a model's fit: the verdict, its numbers, and the sentence that gives the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.services.device_probe import SeenDevice


class Verdict(StrEnum):
    """Whether a model can be used here. UNKNOWN: not even its size is known."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_BIG = "too-big"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is for a model. Sizes in bytes; disk_free: where models are kept."""

    memory_total: int
    memory_free: int
    devices: tuple[SeenDevice, ...] = ()
    disk_free: int = 0


@dataclass(frozen=True, slots=True)
class FitReport:
    """How a model would run. reason: one sentence for a person.

    need_bytes: the least memory it runs in, devices included; 0 when it cannot be told.
    expected_bytes: what the engine will take, with room for several replies where that is cheap; 0 likewise.
    layers, gpu_layers: of the model, and how many would be on `device`; 0 when that cannot be told.
    context_tokens: how much the model would have in view, 0 when it does not fit or cannot be told.
    most_context_tokens: how much it could be given at most, 0 likewise.
    device: what a person calls it; empty for the processor.
    """

    verdict: Verdict
    reason: str
    need_bytes: int = 0
    gpu_layers: int = 0
    layers: int = 0
    context_tokens: int = 0
    device: str = ""
    expected_bytes: int = 0
    most_context_tokens: int = 0


def unknown() -> FitReport:
    """When there is nothing to go by."""
    return FitReport(Verdict.UNKNOWN, "Its size is not known, so nobody can say whether it fits.")


def names_of(devices: Sequence[SeenDevice]) -> str:
    """Devices as a person calls them."""
    return " and ".join(printable(device.description or device.name, 60) for device in devices)


def reason(
    verdict: Verdict,
    need_bytes: int,
    machine: Machine,
    *,
    own: Sequence[SeenDevice] = (),
    place: str = "",
    context: int = 0,
    most_context: int = 0,
) -> str:
    """The sentence for a verdict.

    own: devices with memory of their own that may be used. place: where layers go, if not on the processor.
    context: what was wanted, where that does not fit. most_context: what would; 0 for none.
    """
    if verdict is Verdict.TOO_BIG and context and most_context:
        return f"Does not fit with a context of {context:,} tokens; one of {most_context:,} would."
    if verdict is Verdict.TOO_BIG:
        return _too_big(need_bytes, machine, own)
    need = decimal_size(need_bytes)
    said = f"Needs about {need}"
    said += f"; {place}" if place else f" of {decimal_size(machine.memory_free)} of free memory"
    if context:
        return f"{said}, with room for a context of {most_context:,} tokens instead of {context:,}."
    if verdict is Verdict.TIGHT:
        return f"{said}, which leaves little for other programs."
    return f"{said}."


def place_of(layers: int, gpu_layers: int, device: str) -> str:
    """Where the layers go; empty for the processor alone."""
    if not gpu_layers:
        return ""
    if gpu_layers >= layers:
        return f"all {layers} layers go on {device}"
    return f"{gpu_layers} of {layers} layers go on {device}, the others on the processor"


def _too_big(need_bytes: int, machine: Machine, own: Sequence[SeenDevice]) -> str:
    need, free, total = map(decimal_size, (need_bytes, machine.memory_free, machine.memory_total))
    devices = "".join(
        f" and {names_of([device])} has {decimal_size(device.free_bytes)} free" for device in own
    )
    if need_bytes <= machine.memory_total:
        return f"Needs about {need} of memory; only {free} of {total} is free now{devices}."
    return f"Needs about {need} of memory; this machine has {total}{devices}."
