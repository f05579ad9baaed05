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
    "/etc/vulkan",
    "/usr/share/vulkan",
)


def readable_paths() -> list[Path]:
    """Modules may be imported and libraries loaded later; never the working directory or `sys.path`."""
    names = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    names.add(str(Path(__file__).resolve().parents[1]))
    names.add(str(getattr(sys, "_MEIPASS", "")))
    return [*map(Path, _SYSTEM), *(Path(name) for name in names if name)]


def device_paths(*, graphics: bool) -> list[Path]:
    """Device files that are read and written."""
    if not graphics:
        return [Path("/dev/null")]
    return [Path("/dev/null"), Path("/dev/dri"), Path("/dev/kfd"), *Path("/dev").glob("nvidia*")]
