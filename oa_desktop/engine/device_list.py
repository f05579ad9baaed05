"""List the devices the engine sees, for diagnostics: `python -m oa_desktop.engine --devices`."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

DEVICES_FLAG: Final = "--devices"
LOCKED_IN_FLAG: Final = "--locked-in"


def list_devices(argv: Sequence[str]) -> int:
    """Print one JSON line: what llama.cpp was built for, and every device it sees, as the engine would.

    argv: with `--locked-in`, from behind the engine's walls.
    """
    channel = os.dup(1)
    os.dup2(2, 1)  # drivers print what they like
    if LOCKED_IN_FLAG in argv:
        from oa_desktop.engine.landlock import lock_down

        lock_down([])
    os.write(channel, json.dumps(_found()).encode() + b"\n")
    return 0


def _found() -> dict[str, Any]:
    from oa_desktop.engine.llama import log
    from oa_desktop.engine.llama.devices import backends, devices
    from oa_desktop.gguf.device import offload_targets

    log.redirect()
    seen = devices()
    targets = offload_targets(seen)
    told = []
    for device in seen:
        members = asdict(device)
        del members["handle"]
        told.append({**members, "takes_layers": device in targets, "shares_memory": device.shares_memory})
    return {"backends": list(backends()), "devices": told}
