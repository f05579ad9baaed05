"""Whether a model fits this machine, in one sentence, before anything of it is downloaded or loaded.

The arithmetic is the engine's own (`gguf.offload`), so what is told here is what the engine will do.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from oa_desktop.gguf.facts import Shape, facts_of
from oa_desktop.gguf.header import GgufHeader
from oa_desktop.gguf.layer_sizes import layer_sizes, rough_layer_sizes
from oa_desktop.services.device_probe import DeviceProbe, probe_devices
from oa_desktop.services.fit.judging import judge, judge_by_size
from oa_desktop.services.fit.report import FitReport, Machine, Verdict, unknown
from oa_desktop.services.machine import available_bytes, total_bytes
from oa_desktop.settings import Settings

__all__ = [
    "USUAL_BYTES_A_WEIGHT",
    "FitReport",
    "Machine",
    "Verdict",
    "estimate",
    "estimate_headers",
    "largest_model_bytes",
    "look_at_machine",
    "machine_with",
]

USUAL_BYTES_A_WEIGHT = 0.61
"""Of Q4_K_M, the quantisation that is recommended first."""

_MOST_BYTES = 1 << 44


def look_at_machine(models_folder: Path, probe: Callable[[], DeviceProbe] = probe_devices) -> Machine:
    """Memory, devices and disk as they are now. Blocks for about a second; never raises."""
    return machine_with(probe(), models_folder)


def machine_with(probe: DeviceProbe, models_folder: Path) -> Machine:
    """The machine with devices that were asked for already. Those the engine cannot reach are left out."""
    devices = tuple(device for device in probe.devices if device.name not in probe.hidden)
    return Machine(total_bytes(), available_bytes(), devices, _disk_free(models_folder))


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
    parameters: how many weights, for the size in the usual quantisation when there is none. Never raises.
    """
    size_bytes = size_bytes if size_bytes > 0 else round(max(0, parameters or 0) * USUAL_BYTES_A_WEIGHT)
    if not size_bytes:
        return unknown()
    if shape is None or shape.layers < 1:
        return judge_by_size(size_bytes, machine, settings)
    return judge(rough_layer_sizes(size_bytes, shape, context_tokens, parameters or 0), machine, settings)


def estimate_headers(
    headers: Sequence[GgufHeader], machine: Machine, settings: Settings, *, size_bytes: int = 0
) -> FitReport:
    """Judge a model by its headers, the first part's first; those of later parts may be left out.

    size_bytes: of all parts, when not all headers are given.
    """
    facts = facts_of(headers[0])
    known_bytes = sum(header.file_size for header in headers)
    size_bytes = max(size_bytes, known_bytes)
    parts = facts.split[1] if facts.split else 1
    if len(headers) >= parts and size_bytes == known_bytes and (exact := layer_sizes(headers)):
        return judge(exact, machine, settings)
    return estimate(size_bytes, facts.shape, machine, settings, context_tokens=facts.context_tokens)


def largest_model_bytes(machine: Machine, settings: Settings) -> int:
    """The largest file that would fit comfortably, whatever its shape; 0 when none would."""
    fitting, too_large = 0, _MOST_BYTES
    while too_large - fitting > 1:
        middle = (fitting + too_large) // 2
        if judge_by_size(middle, machine, settings).verdict is Verdict.FITS:
            fitting = middle
        else:
            too_large = middle
    return fitting


def _disk_free(folder: Path) -> int:
    """Of the folder's disk, or of where it will be made; 0 when it cannot be told."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return 0
