"""The troubles one can have with an engine, each an `EngineError`, in words for the person who waits."""

import re
import signal
import sys
from typing import Final

from oa_desktop.errors import EngineError

OUT_OF_MEMORY_HINT: Final = "Close other programs, choose a smaller context, or choose a smaller model."
_NO_MEMORY: Final = re.compile(
    r"insufficient memory|out of memory|failed to allocate|unable to allocate|bad_alloc|memory allocation",
    re.IGNORECASE,
)


class EngineStopped(EngineError):
    """The engine process ended by itself. One of `signal_number` and `exit_code` is set."""

    def __init__(
        self,
        *,
        signal_number: int | None = None,
        exit_code: int | None = None,
        while_loading: bool = False,
        log_tail: str = "",
    ) -> None:
        cause = f"signal {signal_number}" if signal_number is not None else f"exit code {_shown(exit_code)}"
        when = " while it loaded the model" if while_loading else ""
        super().__init__(
            "engine-stopped",
            f"The engine stopped{when} ({cause}).",
            detail=log_tail,
            hint=OUT_OF_MEMORY_HINT if ran_out_of_memory(log_tail) else _hint(signal_number),
        )
        self.signal_number = signal_number
        self.exit_code = exit_code
        self.while_loading = while_loading


class EngineStartFailed(EngineError):
    """The engine could not be started, or said why it cannot load the model."""


class EngineProtocolMismatch(EngineError):
    """The started program does not speak our start-up protocol."""


class EngineUnavailable(EngineError):
    """There is no running engine to ask right now."""


class EngineUnreachable(EngineError):
    """Nothing answers at the address."""


class EngineAddressInvalid(EngineError):
    """The address is not one that can be asked."""


class EngineNotResponding(EngineError):
    """The engine took the request, but does not answer in time."""


class ConnectionLost(EngineError):
    """The connection broke off before the reply was complete."""


class ReplyUnreadable(EngineError):
    """The server's answer does not follow the protocol."""


class EngineFailed(EngineError):
    """The server tried and failed."""


class KeyRefused(EngineError):
    """The key is missing or wrong."""


class NotServed(EngineError):
    """The server does not know the path or the model."""


class EngineBusy(EngineError):
    """Too many requests wait already. retry_after_s: when to try again, if the server says."""

    def __init__(self, detail: str, retry_after_s: float | None) -> None:
        super().__init__("engine-busy", "The engine is busy.", detail=detail, hint="Try again in a moment.")
        self.retry_after_s = retry_after_s


class RequestRefused(EngineError):
    """The request itself is wrong. field: the name of what is, where the server says."""

    def __init__(self, message: str, field: str | None) -> None:
        super().__init__("request-refused", f"The engine refused the request: {message}", detail=field or "")
        self.field = field


class ContextExceeded(EngineError):
    """The prompt does not fit into the context. Sizes in tokens; None when the server does not say."""

    def __init__(self, message: str, prompt_tokens: int | None, context_tokens: int | None) -> None:
        title = "The conversation is longer than the model's context."
        if prompt_tokens is not None and context_tokens is not None:
            title = (
                f"The conversation has {prompt_tokens} tokens; the model's context holds {context_tokens}."
            )
        super().__init__(
            "context-exceeded", title, detail=message, hint="Shorten the message or choose a larger context."
        )
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens


def stopped(return_code: int, *, while_loading: bool = False, log_tail: str = "") -> EngineStopped:
    """From the return code of a child process; below zero it is a signal, as `subprocess` counts."""
    if return_code < 0:
        return EngineStopped(signal_number=-return_code, while_loading=while_loading, log_tail=log_tail)
    return EngineStopped(exit_code=return_code, while_loading=while_loading, log_tail=log_tail)


def ran_out_of_memory(log_tail: str) -> bool:
    """Whether the last lines of an engine that died tell of memory it did not get."""
    return bool(_NO_MEMORY.search(log_tail))


def _shown(exit_code: int | None) -> str:
    # Windows reports crashes as numbers like 3221225477, known to the world as 0xC0000005.
    return f"0x{exit_code:08X}" if exit_code is not None and exit_code >= 0x8000_0000 else str(exit_code)


def _hint(signal_number: int | None) -> str:
    if sys.platform == "win32" or signal_number is None:
        return "Start it again; if it stops again, try another model or a smaller context."
    match signal_number:
        case signal.SIGKILL:
            return "It may have run out of memory; a smaller context or model needs less."
        case signal.SIGILL:
            return "This build of the engine uses instructions that this processor does not have."
        case _:
            return "The model file may be damaged, or the engine has a fault."
