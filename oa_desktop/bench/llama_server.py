"""llama.cpp's own server beside the engine, where somebody has the program."""

import asyncio
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import httpx2

from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.errors import EngineError

_START_TIMEOUT_S: Final = 120.0
_POLL_S: Final = 0.05
_ANSWER_TIMEOUT_S: Final = 600.0


class LlamaServer:
    """The server, as a context. threads, context_tokens: what the engine uses."""

    def __init__(
        self, program: Path, options: EngineOptions, *, replies: int, threads: int, context_tokens: int
    ) -> None:
        self._port = _free_port()
        self._command = (
            *(str(program), "--model", str(options.model), "--host", "127.0.0.1", "--port", str(self._port)),
            *("--parallel", str(replies), "--kv-unified", "--ctx-size", str(context_tokens)),
            *("--threads", str(threads)),
        )

    async def __aenter__(self) -> Self:
        """Raises: EngineError when it does not start."""
        try:
            self._child = await asyncio.create_subprocess_exec(
                *self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise _failed(str(error)) from error
        base_url = f"http://127.0.0.1:{self._port}"
        self._http = httpx2.AsyncClient(base_url=base_url, timeout=_ANSWER_TIMEOUT_S, trust_env=False)
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                while not await self._healthy():
                    await asyncio.sleep(_POLL_S)
        except BaseException as error:
            await self.__aexit__()
            if isinstance(error, TimeoutError):
                raise _failed("it does not answer") from error
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.aclose()
        with suppress(ProcessLookupError):
            self._child.kill()
        await self._child.wait()

    async def answer_s(self, prompt: list[int], *, replies: int, tokens: int) -> float:
        """Seconds for all replies to a prompt."""
        body = {
            "prompt": prompt,
            "n_cmpl": replies,
            "n_predict": tokens,
            "temperature": 0,
            "ignore_eos": True,
        }
        started = time.perf_counter()
        response = await self._http.post("/completion", json=body)
        response.raise_for_status()
        return time.perf_counter() - started

    async def _healthy(self) -> bool:
        if self._child.returncode is not None:
            raise _failed(f"it ended with {self._child.returncode}")
        with suppress(httpx2.TransportError):
            return (await self._http.get("/health")).status_code == httpx2.codes.OK
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _failed(detail: str) -> EngineError:
    return EngineError("llama-server-failed", "The llama-server program does not work.", detail=detail)
