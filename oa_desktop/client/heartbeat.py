"""Notice an engine that lives but does not answer, and notice when it answers again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from oa_desktop.client.api import EngineClient
from oa_desktop.errors import EngineError

BEAT_S: Final = 2.0
SILENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to ask, and after how long a silence to worry. Seconds."""

    beat_s: float = BEAT_S
    silence_s: float = SILENCE_S


async def watch_heartbeat(
    client: EngineClient, on_change: Callable[[bool], None], patience: Patience | None = None
) -> None:
    """Ask for the engine's health until cancelled. on_change: False when it falls silent, True after."""
    patience = patience or Patience()
    answered_s, answering = monotonic(), True
    while True:
        await asyncio.sleep(patience.beat_s)
        if await _answers(client, patience.beat_s):
            answered_s = monotonic()
        if answering != (monotonic() - answered_s < patience.silence_s):
            answering = not answering
            on_change(answering)


async def watch_progress(
    progress: asyncio.Event, on_silence: Callable[[], None], patience: Patience | None = None
) -> None:
    """Until cancelled, call on_silence whenever `progress` is not set for a while; clears it when it is."""
    patience = patience or Patience()
    while True:
        try:
            async with asyncio.timeout(patience.silence_s):
                await progress.wait()
        except TimeoutError:
            on_silence()
            await progress.wait()
        progress.clear()


async def _answers(client: EngineClient, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            return await client.health()
    except (EngineError, TimeoutError):
        return False
