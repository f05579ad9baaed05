"""The environment and the command of the engine process: what it needs to run, and no secrets."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NAMES: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV"),
    }
)
_PREFIXES: Final = ("LC_", "OMP_", "GGML_", "CUDA_", "HIP_", "ROCR_", "HSA_", "VK_", "NVIDIA_", "MTL_")
FROZEN_FLAG: Final = "--engine"
"""What a frozen app is started with to be the engine."""
_HUGE_PAGES: Final = "glibc.malloc.hugetlb=1"
"""Ask for huge pages for large buffers: every token reads all weights, and looks up each page of them."""
_LIBRARY_PATHS: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def engine_environment(ours: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables the engine gets: of ours only those that libraries and drivers need, by name.

    Keys for other services, proxies and Python's own switches stay behind.
    """
    source = os.environ if ours is None else ours
    kept = {
        name: value
        for name, value in source.items()
        if name.upper() in _NAMES or name.upper().startswith(_PREFIXES)
    }
    if getattr(sys, "frozen", False):
        _restore_library_paths(kept, source)
    if sys.platform == "linux":
        kept["GLIBC_TUNABLES"] = _HUGE_PAGES
    return kept | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GGML_NO_BACKTRACE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # numpy computes nothing in the engine; its threads only take memory
    }


def engine_command() -> tuple[str, ...]:
    """What starts an engine; its arguments follow. A frozen app is its own engine."""
    if getattr(sys, "frozen", False):
        return (sys.executable, FROZEN_FLAG)
    return (sys.executable, "-m", "oa_desktop.engine")


def _restore_library_paths(kept: dict[str, str], source: Mapping[str, str]) -> None:
    # A frozen app sets these to its own folder and keeps what the user had under another name.
    for name in _LIBRARY_PATHS:
        kept.pop(name, None)
        if f"{name}_ORIG" in source:
            kept[name] = source[f"{name}_ORIG"]
