"""The lines an engine writes while it starts: how far it is, then where it answers, or why it cannot."""

from dataclasses import dataclass
from typing import Any, Final

from oa_desktop.client.errors import EngineProtocolMismatch, EngineStartFailed
from oa_desktop.client.handle import ModelDescription
from oa_desktop.client.reading import describe_model, parse_json
from oa_desktop.errors import EngineError, ModelError, OaError

PROTOCOL: Final = 1


@dataclass(frozen=True, slots=True)
class Loading:
    """The engine has read this much of the model, 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Hello:
    """The engine answers on `port` of this computer.

    locked_in: whether it runs behind Landlock.   lockdown: a sentence about that, for diagnostics.
    """

    pid: int
    port: int
    model: ModelDescription
    locked_in: bool = False
    lockdown: str = ""


def parse_line(line: bytes) -> Loading | Hello | OaError:
    """One line of a starting engine; an error it tells is returned. Raises: EngineProtocolMismatch."""
    try:
        members = parse_json(line)
    except EngineError as error:
        raise _mismatch(f"it wrote {line[:80]!r}") from error
    if members.get("protocol") != PROTOCOL:
        raise _mismatch(f"it speaks version {str(members.get('protocol'))[:20]}, not {PROTOCOL}")
    if "error" in members:
        return _told_error(members["error"])
    if "loading" in members:
        fraction = members["loading"]
        return Loading(min(max(float(fraction), 0.0), 1.0) if isinstance(fraction, int | float) else 0.0)
    return _hello(members)


def _hello(members: dict[str, Any]) -> Hello:
    pid, port, model = members.get("pid"), members.get("port"), members.get("model")
    if (
        not isinstance(pid, int)
        or not isinstance(port, int)
        or not 0 < port < 65536
        or not isinstance(model, dict)
    ):
        raise _mismatch("its hello is incomplete")
    lockdown = members.get("lockdown")
    lockdown = lockdown if isinstance(lockdown, dict) else {}
    return Hello(
        pid,
        port,
        describe_model(model),
        lockdown.get("active") is True,
        str(lockdown.get("sentence", ""))[:300],
    )


def _told_error(told: Any) -> OaError:
    """The engine's own error. One about the model file becomes a ModelError, as if read here."""
    members = told if isinstance(told, dict) else {}
    code, title, hint, detail = (str(members.get(name) or "") for name in ("code", "title", "hint", "detail"))
    kind = ModelError if code.startswith("model-") else EngineStartFailed
    return kind(
        code or "engine-start-failed", title or "The engine could not start.", detail=detail, hint=hint
    )


def _mismatch(why: str) -> EngineProtocolMismatch:
    return EngineProtocolMismatch(
        "engine-protocol",
        "The engine program is not the one that belongs to this app.",
        detail=why,
        hint="Install the app again.",
    )
