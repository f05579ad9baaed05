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


async def _answers(client: EngineClient, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            return await client.health()
    except (EngineError, TimeoutError):
        return False
