"""Ask a short-lived child process of the engine what walls it has here, without importing the engine."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oa_desktop.client.environment import engine_environment

PROBE_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class EngineProbe:
    """What an engine process could do here.

    locked_in: whether it can shut itself off. lockdown: one sentence about that.
    missing: what the wall does not stop.
    """

    locked_in: bool
    lockdown: str
    missing: tuple[str, ...] = ()


def probe_engine() -> EngineProbe:
    """Start the child and read its answer; never raises. Takes a quarter of a second."""
    if getattr(sys, "frozen", False):
        return EngineProbe(False, "The engine says when it starts whether it is locked in.")
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "oa_desktop.engine.landlock"],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env=engine_environment(),
            stdin=subprocess.DEVNULL,
            timeout=PROBE_TIMEOUT_S,
        )
        return _parsed(json.loads(answer.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as exc:
        return EngineProbe(False, f"The engine could not be asked about its walls: {type(exc).__name__}.")


def _parsed(members: dict[str, Any]) -> EngineProbe:
    missing = tuple(str(item) for item in members["missing"])
    return EngineProbe(members["active"] is True, str(members["sentence"]), missing)
