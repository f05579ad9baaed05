"""The body of an HTTP answer: a stream of events, or an object of bounded size."""

from collections.abc import AsyncGenerator
from typing import Any, Final

import httpx2

from oa_desktop.client.reading import parse_json, unreadable
from oa_desktop.client.sse import EventParser
from oa_desktop.errors import EngineError

LARGEST_ANSWER_BYTES: Final = 8 * 1024 * 1024


async def event_data(response: httpx2.Response) -> AsyncGenerator[str, None]:
    """The data of each event, as it arrives."""
    parser = EventParser()
    async for chunk in response.aiter_bytes():
        for data in parser.feed(chunk):
            yield data
    for data in parser.finish():
        yield data


async def bounded(response: httpx2.Response) -> bytes:
    """All of it. Raises: ReplyUnreadable when it is longer than any answer."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER_BYTES:
            raise unreadable("it is too long")
    return bytes(body)


async def error_body(response: httpx2.Response) -> dict[str, Any]:
    """The object that tells what went wrong, empty when there is none."""
    try:
        return parse_json(await bounded(response))
    except EngineError:
        return {}
