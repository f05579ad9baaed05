"""From HTTP trouble to our errors: every exception of httpx2 and every status that is not 200."""

import math
from typing import Any, Final

import httpx2

from oa_desktop.client.context_refusals import context_numbers
from oa_desktop.client.errors import (
    ConnectionLost,
    ContextExceeded,
    EngineAddressInvalid,
    EngineBusy,
    EngineFailed,
    EngineNotResponding,
    EngineUnavailable,
    EngineUnreachable,
    KeyRefused,
    NotServed,
    ReplyUnreadable,
    RequestRefused,
)
from oa_desktop.errors import EngineError

_LONGEST_MESSAGE: Final = 500
_CLOSED: Final = "engine-closed"
"""Of an engine that was asked to end: it did not fail."""

_UNREACHABLE = ("engine-unreachable", "Nothing answers at the engine's address.")
_SILENT = ("engine-not-responding", "The engine does not answer in time.")
_LOST = ("connection-lost", "The connection to the engine broke off before the reply was complete.")
_GARBLED = ("reply-unreadable", "The engine's answer cannot be read.")
_ADDRESS = ("engine-address-invalid", "This is not the address of an engine.")

# The first class that fits decides, so children stand before their parents.
_BY_EXCEPTION: Final[tuple[tuple[type[Exception], type[EngineError], tuple[str, str]], ...]] = (
    (httpx2.ConnectTimeout, EngineUnreachable, _UNREACHABLE),
    (httpx2.ConnectError, EngineUnreachable, _UNREACHABLE),
    (httpx2.ProxyError, EngineUnreachable, ("proxy-failed", "The proxy on the way to the engine refuses.")),
    (httpx2.TimeoutException, EngineNotResponding, _SILENT),
    (httpx2.NetworkError, ConnectionLost, _LOST),
    (httpx2.RemoteProtocolError, ConnectionLost, _LOST),
    (httpx2.LocalProtocolError, EngineAddressInvalid, _ADDRESS),
    (httpx2.UnsupportedProtocol, EngineAddressInvalid, _ADDRESS),
    (httpx2.InvalidURL, EngineAddressInvalid, _ADDRESS),
    (httpx2.TooManyRedirects, EngineAddressInvalid, _ADDRESS),
    (httpx2.DecodingError, ReplyUnreadable, _GARBLED),
)
EXCEPTIONS: Final = (httpx2.HTTPError, httpx2.InvalidURL)
"""What a request may raise; `translate` knows all of it."""


def translate(error: Exception) -> EngineError:
    """Our error for an exception of httpx2."""
    for theirs, ours, (code, title) in _BY_EXCEPTION:
        if isinstance(error, theirs):
            return ours(code, title, detail=f"{type(error).__name__}: {error}"[:_LONGEST_MESSAGE])
    return ConnectionLost(*_LOST, detail=f"{type(error).__name__}: {error}"[:_LONGEST_MESSAGE])


def refusal(status: int, body: dict[str, Any], retry_after: str | None = None) -> EngineError:
    """Our error for an answer with this status; body: its JSON object, empty when it had none."""
    told = body.get("error")
    told = told if isinstance(told, dict) else {"message": told}
    message = _printable(told.get("message")) or f"HTTP status {status}"
    if told.get("code") == _CLOSED:
        return EngineUnavailable("engine-stopped", "The engine was stopped before the reply was complete.")
    if (numbers := context_numbers(told, message)) is not None:
        return ContextExceeded(message, numbers.prompt_tokens, numbers.context_tokens)
    match status:
        case 401 | 403:
            return KeyRefused(
                "key-refused", "The engine does not accept the key.", detail=message, hint="Check the key."
            )
        case 404 | 405:
            return NotServed("not-served", "The engine does not offer this.", detail=message)
        case 429:
            return EngineBusy(message, _seconds(retry_after))
        case _ if 300 <= status < 400:
            title = "The address leads somewhere else."
            return EngineAddressInvalid(
                "engine-redirects", title, detail=message, hint="Use the final address."
            )
        case _ if 400 <= status < 500:
            return RequestRefused(message, _printable(told.get("param")) or None)
        case _:
            return EngineFailed(
                "engine-failed", f"The engine failed: {message}", detail=f"HTTP status {status}"
            )


def _printable(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return "".join(char if char.isprintable() else " " for char in value[:_LONGEST_MESSAGE])


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
