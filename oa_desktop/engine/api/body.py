"""A request body as a JSON object, bounded in size, time and nesting."""

import asyncio
import json
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from oa_desktop.engine.api.problem import Problem

BODY_LIMIT_BYTES: Final = 8 * 1024 * 1024
BODY_TIMEOUT_S: Final = 30.0


async def read_object(request: Request) -> dict[str, Any]:
    """The body of `request`.

    Raises: Problem 413 above BODY_LIMIT_BYTES (before the rest is read), 408 when it does not arrive,
    400 when it is not one JSON object. NaN and Infinity stay in: the fields refuse them by name.
    """
    raw = await _read(request)
    try:
        value = json.loads(raw)
    except RecursionError:
        raise Problem(400, "The JSON is nested too deeply.", code="invalid_json") from None
    except ValueError as error:
        raise Problem(400, f"The body is not valid JSON: {_short(error)}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise Problem(400, "The body must be a JSON object.", code="invalid_json")
    return value


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > BODY_LIMIT_BYTES:
        raise _too_large()
    chunks = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                chunks += chunk
                if len(chunks) > BODY_LIMIT_BYTES:
                    raise _too_large()
    except TimeoutError:
        message = "The body did not arrive in time."
        raise Problem(408, message, code="timeout", headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise Problem(400, "The connection closed before the body was complete.", code="incomplete") from None
    return bytes(chunks)


def _too_large() -> Problem:
    mib = BODY_LIMIT_BYTES // (1024 * 1024)
    return Problem(413, f"The body is larger than {mib} MiB.", code="body_too_large")


def _short(error: ValueError) -> str:
    # A UnicodeDecodeError carries the whole body in its text.
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)[:200]
