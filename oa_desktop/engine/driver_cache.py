"""Where graphics drivers keep what they compiled: their usual folders are out of reach behind the walls.

Without a folder they compile everything anew at each start, which takes from a second to half a minute.
"""

import logging
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

_VARIABLES: Final = ("MESA_SHADER_CACHE_DIR", "__GL_SHADER_DISK_CACHE_PATH", "CUDA_CACHE_PATH")
"""Read by Mesa, by NVIDIA's Vulkan driver and by CUDA when they are loaded."""
_FOLDER_MODE: Final = 0o700

_log = logging.getLogger(__name__)


def prepare_driver_cache(
    folder: Path | None, environment: MutableMapping[str, str] = os.environ
) -> tuple[Path, ...]:
    """Make the folder and name it to the drivers, before any is loaded. What they may write from then on."""
    if folder is None:
        return ()
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        _log.warning("drivers keep nothing they compile: %s", error)
        return ()
    for name in _VARIABLES:
        environment[name] = str(folder)
    return (folder,)
