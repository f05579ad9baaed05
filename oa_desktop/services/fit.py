"""Whether a model fits this machine, in one sentence, before anything of it is downloaded or loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from oa_desktop.gguf.facts import Shape
from oa_desktop.services.device_probe import DeviceProbe, SeenDevice, probe_devices
from oa_desktop.settings import Settings


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

    need_bytes: of memory, devices included; 0 when it cannot be told.
    layers, gpu_layers: of the model, and how many would be on `device`; 0 when that cannot be told.
    context_tokens: how much the model would have in view, 0 when it does not fit.
    device: what a person calls it; empty for the processor.
    """

    verdict: Verdict
    reason: str
    need_bytes: int = 0
    gpu_layers: int = 0
    layers: int = 0
    context_tokens: int = 0
    device: str = ""


def look_at_machine(models_folder: Path, probe: Callable[[], DeviceProbe] = probe_devices) -> Machine:
    """Memory, devices and disk as they are now. Blocks for about a second; never raises."""
    raise NotImplementedError


def estimate(
    size_bytes: int,
    shape: Shape | None,
    machine: Machine,
    settings: Settings,
    *,
    context_tokens: int = 0,
    parameters: int | None = None,
) -> FitReport:
    """Judge a model of `size_bytes`, 0 when that is not known.

    shape: from a catalogue or a header. context_tokens: the most it was trained for, 0 when not known.
    parameters: how many weights, for when there is no shape. Never raises.
    """
    raise NotImplementedError
