"""Why a device is used for a model, or why not: in a sentence for each kind of accelerator."""

import sys
from typing import Final

from oa_desktop.gguf.errors import decimal_size
from oa_desktop.services.device_probe import DeviceProbe, SeenDevice
from oa_desktop.services.findings import Finding, Level
from oa_desktop.services.graphics import KINDS, Graphics

_NAMES: Final = {"cuda": "CUDA", "rocm": "ROCm", "vulkan": "Vulkan", "metal": "Metal", "cpu": "processor"}
_DRIVES: Final = {
    "cuda": ("NVIDIA",),
    "rocm": ("AMD",),
    "vulkan": ("NVIDIA", "AMD", "Intel"),
    "metal": ("Apple",),
}
_BUILDS: Final = {"cuda": "--backend cuda", "vulkan": "--backend vulkan", "metal": "--backend metal"}
_RESERVE_BYTES: Final = 256 * 2**20


def device_findings(
    probe: DeviceProbe, machine: Graphics, layer_bytes: int = 0, platform: str = sys.platform
) -> list[Finding]:
    """What the engine computes on, and for every other kind of accelerator here why it does not.

    layer_bytes: what one layer of the chosen model takes, 0 where that is not known.
    """
    if probe.trouble:
        return [Finding(Level.NOTE, "devices", probe.trouble, "The engine's log says more.")]
    findings = [_processor(device) for device in probe.devices if device.role == "processor"]
    kinds = dict.fromkeys((*KINDS.get(platform, ()), *(device.kind for device in probe.devices)))
    for kind in kinds:
        seen = [device for device in probe.devices if device.kind == kind and _is_graphics(device)]
        findings += [_seen(device, probe, layer_bytes) for device in seen]
        if not seen and kind in _DRIVES:
            findings.append(_unseen(kind, probe, machine))
    return findings


def _processor(device: SeenDevice) -> Finding:
    free = decimal_size(device.free_bytes)
    name = device.description or "the processor"
    return Finding(Level.OK, "processor", f"{name} computes what no other device does, with {free} free.")


def _seen(device: SeenDevice, probe: DeviceProbe, layer_bytes: int) -> Finding:
    kind, name = _named(device.kind), device.description or device.name
    if device.name in probe.hidden:
        return Finding(
            Level.NOTE,
            kind,
            f"{name} is not used: the walls around the engine hide it.",
            "Please report it, with what “oa-desktop doctor --json” says.",
        )
    if not device.takes_layers:
        return Finding(Level.OK, kind, f"{name} is not used through {kind}: another device is taken first.")
    if device.total_bytes and device.free_bytes < layer_bytes + _RESERVE_BYTES:
        return Finding(
            Level.NOTE,
            kind,
            f"{name} is not used: {decimal_size(device.free_bytes)} of its memory are free, and one layer "
            f"needs {decimal_size(layer_bytes + _RESERVE_BYTES)}.",
            "Close other programs that use the graphics card.",
        )
    memory = f"{decimal_size(device.free_bytes)} of {decimal_size(device.total_bytes)} free"
    return Finding(Level.OK, kind, f"{name} takes layers of a model: {memory}.")


def _unseen(kind: str, probe: DeviceProbe, machine: Graphics) -> Finding:
    name = _named(kind)
    cards = [vendor for vendor in _DRIVES[kind] if vendor in machine.vendors]
    # A card that another backend drives already is no loss.
    level = Level.NOTE if cards and not probe.layer_devices else Level.OK
    if kind not in probe.backends:
        if not cards:
            return Finding(
                Level.OK, name, f"This llama.cpp was built without {name}, and no card for it was found."
            )
        build = _BUILDS.get(kind)
        hint = f"From the source: python3 packaging/dev.py run {build}" if build else ""
        sentence = f"{_and(cards)} graphics are here, but this llama.cpp was built without {name}."
        return Finding(level, name, sentence, hint)
    if not cards:
        return Finding(Level.OK, name, f"No graphics card for {name} was found.")
    if kind not in machine.drivers:
        return Finding(
            level,
            name,
            f"{_and(cards)} graphics are here, but the driver for {name} is missing.",
            f"Install the driver of {_and(cards)} for {name}.",
        )
    return Finding(
        level,
        name,
        f"{_and(cards)} graphics and a driver for {name} are here, but the driver offers no device.",
        "Update the driver, and check that you may use the graphics devices (groups video and render).",
    )


def _is_graphics(device: SeenDevice) -> bool:
    return device.role in ("graphics", "integrated")


def _named(kind: str) -> str:
    return _NAMES.get(kind, kind)


def _and(names: list[str]) -> str:
    return " and ".join(names)
