"""The single checks of the doctor: software, machine, folders. Each looks once and says what it saw."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from oa_desktop import __version__
from oa_desktop.gguf.errors import decimal_size
from oa_desktop.paths import AppPaths, is_writable
from oa_desktop.services.findings import Finding, Level
from oa_desktop.services.machine import available_bytes, total_bytes
from oa_desktop.store.driver import library_is_safe, library_name

LITTLE_MEMORY_BYTES = 2_000_000_000
LITTLE_DISK_BYTES = 2_000_000_000
NO_DISK_BYTES = 100_000_000

_PACKAGES = {
    "Qt (PySide6)": "PySide6-Essentials",
    "llama-cpp-python": "llama-cpp-python",
    "sqlite-utils": "sqlite-utils",
    "huggingface-hub": "huggingface-hub",
}


@dataclass(frozen=True, slots=True)
class PathStatus:
    """One folder. free_bytes: of its disk, None while the folder does not exist."""

    name: str
    path: Path
    exists: bool
    writable: bool
    free_bytes: int | None


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine is and has free now. device_files: graphics devices the system shows."""

    system: str
    processor: str
    logical_cores: int
    memory_bytes: int
    available_bytes: int
    device_files: tuple[str, ...]


def versions() -> dict[str, str]:
    """Name and version of everything that matters in a report of a fault; an empty version: not installed."""
    found = {"oa-desktop": __version__, "Python": platform.python_version(), "SQLite": library_name()}
    for name, package in _PACKAGES.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            found[name] = ""
    return found


def version_findings(found: Mapping[str, str]) -> list[Finding]:
    """Missing parts, and a SQLite with a known fault."""
    findings = [
        Finding(Level.PROBLEM, "software", f"{name} is not installed.", "Install the app again.")
        for name, number in found.items()
        if not number
    ]
    if library_is_safe():
        findings.append(Finding(Level.OK, "sqlite", f"SQLite is current ({library_name()})."))
    else:
        findings.append(
            Finding(
                Level.NOTE,
                "sqlite",
                f"SQLite is older than 3.51.3 ({library_name()}); the app avoids the fault that has.",
                "Install pysqlite3 where it is available.",
            )
        )
    return findings


def machine() -> Machine:
    """The machine as it is now."""
    return Machine(
        system=platform.platform(terse=True),
        processor=platform.machine(),
        logical_cores=os.cpu_count() or 1,
        memory_bytes=total_bytes(),
        available_bytes=available_bytes(),
        device_files=_device_files(),
    )


def machine_findings(found: Machine) -> list[Finding]:
    """Memory, and whether a window can open."""
    free, total = decimal_size(found.available_bytes), decimal_size(found.memory_bytes)
    if found.available_bytes < LITTLE_MEMORY_BYTES:
        findings = [
            Finding(
                Level.NOTE, "memory", f"Only {free} of {total} of memory is free.", "Close other programs."
            )
        ]
    else:
        findings = [Finding(Level.OK, "memory", f"{free} of {total} of memory is free.")]
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        findings.append(
            Finding(Level.NOTE, "display", "There is no display.", "oa-desktop chat works in the terminal.")
        )
    return findings


def path_statuses(paths: AppPaths) -> tuple[PathStatus, ...]:
    """The folders of the app; nothing is created."""
    named = {
        "data": paths.data,
        "models": paths.models,
        "backups": paths.backups,
        "config": paths.config,
        "cache": paths.cache,
        "logs": paths.logs,
    }
    return tuple(_status(name, path) for name, path in named.items())


def path_findings(statuses: tuple[PathStatus, ...]) -> list[Finding]:
    """Folders that cannot be written and disks that are nearly full."""
    findings = [
        Finding(
            Level.PROBLEM,
            "folders",
            f"The folder for {status.name} cannot be written: {status.path}",
            "Check its owner and its permissions.",
        )
        for status in statuses
        if status.exists and not status.writable
    ]
    free = [status.free_bytes for status in statuses if status.free_bytes is not None]
    if free and min(free) < LITTLE_DISK_BYTES:
        level = Level.PROBLEM if min(free) < NO_DISK_BYTES else Level.NOTE
        findings.append(
            Finding(
                level, "disk", f"Only {decimal_size(min(free))} of disk space is free.", "Free some space."
            )
        )
    return findings or [Finding(Level.OK, "folders", "All folders can be written and have room.")]


def _status(name: str, path: Path) -> PathStatus:
    if not path.is_dir():
        return PathStatus(name, path, exists=False, writable=False, free_bytes=None)
    try:
        free = shutil.disk_usage(path).free
    except OSError:
        free = None
    return PathStatus(name, path, exists=True, writable=is_writable(path), free_bytes=free)


def _device_files() -> tuple[str, ...]:
    if sys.platform != "linux":
        return ()
    found = [
        *Path("/dev").glob("nvidia[0-9]*"),
        *Path("/dev/dri").glob("render*"),
        *Path("/dev").glob("kfd"),
    ]
    return tuple(sorted(str(device) for device in found))
