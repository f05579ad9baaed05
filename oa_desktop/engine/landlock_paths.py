"""What a locked-in engine needs besides its model: libraries, facts about the machine, graphics."""

import sys
import sysconfig
from pathlib import Path

_SYSTEM = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/driver/nvidia",
    "/sys/devices/system",
    "/sys/bus/pci",
    "/sys/class/drm",
    "/dev/urandom",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/cuda",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/etc/OpenCL",
)
_GRAPHICS = (
    "/etc/vulkan",
    "/usr/share/vulkan",
    "/usr/local/share/vulkan",
    "/usr/local/etc/vulkan",
    "/usr/share/nvidia",
    "/usr/share/drirc.d",
    "/usr/share/libdrm",
    "/opt/rocm",
    "/opt/amdgpu",
    "/run/opengl-driver",
    "/sys/dev/char",
    "/sys/class/kfd",
    "/sys/devices/virtual/kfd",
    "/sys/module/nvidia",
    "/sys/module/amdgpu",
)
"""What drivers read of themselves and of their cards."""


def readable_paths(*, graphics: bool) -> list[Path]:
    """Modules may be imported and libraries loaded later; never the working directory or `sys.path`.

    graphics: also what drivers need to find their cards.
    """
    names = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    names.add(str(Path(__file__).resolve().parents[1]))
    names.add(str(getattr(sys, "_MEIPASS", "")))
    found = [*map(Path, _SYSTEM), *(Path(name) for name in names if name)]
    if graphics:
        found += [*map(Path, _GRAPHICS), *Path("/sys/devices").glob("pci*")]
    return found


def device_paths(*, graphics: bool) -> list[Path]:
    """Device files that are read and written."""
    if not graphics:
        return [Path("/dev/null")]
    named = (Path("/dev") / name for name in ("null", "dri", "kfd", "dxg"))
    return [*named, *Path("/dev").glob("nvidia*")]
