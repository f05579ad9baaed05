"""The reference: a bare llama.cpp loop in a process of its own, given the engine's options."""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.environment import engine_environment
from oa_desktop.errors import EngineError

_LINE_LIMIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class BareTimes:
    """prefill_s: until every reply has its first token.   decode_s: for all the others."""

    prefill_s: float
    decode_s: float
    peak_bytes: int

    @property
    def total_s(self) -> float:
        """Both."""
        return self.prefill_s + self.decode_s


class BareLoop:
    """The loop, as a context: it ends with the block."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self.load_s = 0.0

    async def __aenter__(self) -> Self:
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "oa_desktop.engine.llama.bare_loop", *self._options.arguments()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=engine_environment(),
            limit=_LINE_LIMIT,
        )
        self.load_s = float((await self._answer())["load_s"])
        await self.generate([1, 2, 3, 4], tokens=2)
        return self

    async def __aexit__(self, *_error: object) -> None:
        with suppress(ProcessLookupError):
            self._child.kill()
        await self._child.wait()

    async def generate(self, prompt: list[int], *, replies: int = 1, tokens: int = 1) -> BareTimes:
        """Read `prompt` from nothing and decode `replies` of `tokens` each. Raises: EngineError."""
        assert self._child.stdin is not None
        request = {"prompt": prompt, "replies": replies, "tokens": tokens}
        self._child.stdin.write(json.dumps(request).encode() + b"\n")
        await self._child.stdin.drain()
        return BareTimes(**await self._answer())

    async def _answer(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = await self._child.stdout.readline()
        if not line:
            raise EngineError("bench-reference-failed", "The bare llama.cpp loop ended before its answer.")
        members: dict[str, Any] = json.loads(line)
        return members
