"""Ask short-lived child processes of the engine which devices it sees, without loading llama.cpp here."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from oa_desktop.client.environment import engine_command, engine_environment

PROBE_TIMEOUT_S = 30
"""The first look at a graphics driver can take some seconds."""


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device as llama.cpp sees it. takes_layers: whether layers of a model can be put on it.

    shares_memory: what it holds is taken from the machine's memory.
    """

    kind: str
    role: str
    name: str
    description: str
    free_bytes: int
    total_bytes: int
    takes_layers: bool
    shares_memory: bool


@dataclass(frozen=True, slots=True)
class DeviceProbe:
    """What an engine could compute on here.

    backends: what its llama.cpp was built for.   devices: what it sees.
    hidden: names of those it does not see once it has locked itself in.   trouble: why it could not be asked.
    """

    backends: tuple[str, ...] = ()
    devices: tuple[SeenDevice, ...] = ()
    hidden: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def layer_devices(self) -> tuple[SeenDevice, ...]:
        """Those that can take layers, behind the engine's walls as well."""
        return tuple(item for item in self.devices if item.takes_layers and item.name not in self.hidden)

    @property
    def own_memory_bytes(self) -> int:
        """Free memory of devices that is not the machine's."""
        return sum(item.free_bytes for item in self.layer_devices if not item.shares_memory)


def probe_devices() -> DeviceProbe:
    """Ask one engine as it is and one behind its walls; never raises. Takes half a second or more."""
    with ThreadPoolExecutor(2) as both:
        open_answer, locked = both.map(_asked, ((), ("--locked-in",)))
    seen = {device.name for device in locked.devices}
    hidden = (item.name for item in open_answer.devices if item.name not in seen and item.role != "processor")
    return replace(open_answer, hidden=tuple(hidden))


def _asked(options: tuple[str, ...]) -> DeviceProbe:
    try:
        answer = subprocess.run(
            [*engine_command(), "--devices", *options],
            capture_output=True,
            check=True,
            env=engine_environment(),
            stdin=subprocess.DEVNULL,
            timeout=PROBE_TIMEOUT_S,
        )
        members = json.loads(answer.stdout)
        return DeviceProbe(
            tuple(str(kind) for kind in members["backends"]),
            tuple(_device(device) for device in members["devices"]),
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as exc:
        return DeviceProbe(trouble=f"The engine could not be asked for its devices: {type(exc).__name__}.")


def _device(members: dict[str, Any]) -> SeenDevice:
    return SeenDevice(
        kind=str(members["kind"]),
        role=str(members["role"]),
        name=str(members["name"]),
        description=str(members["description"]),
        free_bytes=int(members["free_bytes"]),
        total_bytes=int(members["total_bytes"]),
        takes_layers=members["takes_layers"] is True,
        shares_memory=members["shares_memory"] is True,
    )
