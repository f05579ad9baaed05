"""What state an engine is in, as values: what a window shows about it."""

from dataclasses import dataclass

from oa_desktop.client.handle import EngineHandle
from oa_desktop.errors import OaError


@dataclass(frozen=True, slots=True)
class Off:
    """No engine is wanted."""


@dataclass(frozen=True, slots=True)
class Starting:
    """The model is being loaded; fraction 0 to 1.

    cause: why the engine before it stopped, if one did.
    silent: it has not got on for a while: wait, or restart it.
    """

    fraction: float = 0.0
    cause: OaError | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """The engine answers."""

    handle: EngineHandle


@dataclass(frozen=True, slots=True)
class NotAnswering:
    """The engine lives, but has not answered for a while: wait, or restart it."""

    handle: EngineHandle


@dataclass(frozen=True, slots=True)
class Waiting:
    """The engine stopped and is started again in `delay_s`."""

    delay_s: float
    cause: OaError


@dataclass(frozen=True, slots=True)
class Halted:
    """The engine stopped and is not started again until a person asks."""

    cause: OaError


EngineStatus = Off | Starting | Running | NotAnswering | Waiting | Halted
