"""Which graphics hardware and drivers this machine shows, from its files alone: no driver is loaded."""

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KINDS: Final = {
    "linux": ("cuda", "rocm", "vulkan"),
    "win32": ("cuda", "vulkan"),
    "darwin": ("metal",),
}
"""The accelerators there can be, by `sys.platform`."""
_VENDORS: Final = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}
_DISPLAY_CLASSES: Final = ("0x03", "0x12")


@dataclass(frozen=True, slots=True)
class Graphics:
    """vendors: of the graphics cards: NVIDIA, AMD, Intel, Apple.   drivers: kinds that have theirs here."""

    vendors: frozenset[str] = frozenset()
    drivers: frozenset[str] = frozenset()


def graphics(root: Path = Path("/")) -> Graphics:
    """Look. root: where a Linux system's files begin."""
    if sys.platform == "darwin":
        return Graphics(frozenset({"Apple"} if platform.machine() == "arm64" else ()), frozenset({"metal"}))
    if sys.platform == "win32":
        system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32"
        libraries = {"cuda": "nvcuda.dll", "vulkan": "vulkan-1.dll"}
        found = frozenset(kind for kind, name in libraries.items() if (system / name).exists())
        return Graphics(frozenset({"NVIDIA"} if "cuda" in found else ()), found)
    return Graphics(frozenset(_linux_vendors(root)), frozenset(_linux_drivers(root)))


def _linux_vendors(root: Path) -> Iterator[str]:
    for device in (root / "sys/bus/pci/devices").glob("*"):
        try:
            kind, vendor = ((device / name).read_text().strip() for name in ("class", "vendor"))
        except (OSError, ValueError):
            continue
        if kind.startswith(_DISPLAY_CLASSES) and vendor in _VENDORS:
            yield _VENDORS[vendor]
    if (root / "proc/driver/nvidia/version").exists():
        yield "NVIDIA"


def _linux_drivers(root: Path) -> Iterator[str]:
    if (root / "dev/nvidiactl").exists():
        yield "cuda"
    if (root / "dev/kfd").exists():
        yield "rocm"
    folders = ("usr/share/vulkan/icd.d", "usr/local/share/vulkan/icd.d", "etc/vulkan/icd.d")
    if any(any((root / folder).glob("*.json")) for folder in folders):
        yield "vulkan"
