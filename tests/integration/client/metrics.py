"""What a running engine counts, and waiting for it to count something."""

import asyncio
import re
import time
from collections.abc import Callable
from urllib.parse import urljoin

import httpx2

from oa_desktop.client.handle import EngineHandle

PAUSE_S = 0.005


class Metrics:
    """The numbers of `/metrics` by name, without the prefix; asked anew each time."""

    def __init__(self, handle: EngineHandle) -> None:
        self._address = urljoin(handle.base_url, "/metrics")
        self._headers = {"Authorization": f"Bearer {handle.token}"}

    async def page(self) -> dict[str, float]:
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
            answer = await http.get(self._address, headers=self._headers)
        assert answer.status_code == 200
        found = re.findall(r"^oa_engine_(\S+) (\S+)$", answer.text, re.MULTILINE)
        return {name: float(value) for name, value in found}

    async def until(self, condition: Callable[[dict[str, float]], bool], within_s: float = 60) -> float:
        """Ask until the numbers are as wanted; how many seconds it took."""
        started_s = time.monotonic()
        while not condition(page := await self.page()):
            assert time.monotonic() - started_s < within_s, page
            await asyncio.sleep(PAUSE_S)
        return time.monotonic() - started_s

    async def until_idle(self, within_s: float = 60) -> float:
        """Wait until nothing runs and nothing waits."""
        return await self.until(is_idle, within_s)


def is_idle(page: dict[str, float]) -> bool:
    return page["running_requests"] == page["queued_requests"] == page["running_replies"] == 0
