"""Start an engine as a child process, and end it. A child is never left behind, whatever fails on the way."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from oa_desktop.client.api import EngineClient
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.environment import engine_command, engine_environment
from oa_desktop.client.errors import (
    OUT_OF_MEMORY_HINT,
    EngineNotResponding,
    EngineStartFailed,
    EngineStopped,
    ran_out_of_memory,
    stopped,
)
from oa_desktop.client.handle import EngineHandle
from oa_desktop.client.hello import Hello, Loading, parse_line
from oa_desktop.errors import OaError, UsageError

START_SILENCE_TIMEOUT_S: Final = 120.0
"""Between two lines of a starting engine. Loading writes one for every hundredth."""
STOP_TIMEOUT_S: Final = 2.0
DEATH_NOTICE_S: Final = 1.0
"""A connection that breaks this little before its engine dies broke because of that."""
_LOG_LINES: Final = 10
_LARGEST_LOG_BYTES: Final = 1 << 20
_LINE_LIMIT: Final = 256 * 1024
_WRONG_USAGE: Final = 2
_SHORTEST_TOKEN: Final = 16
_LOCAL_HOSTS: Final = ("127.0.0.1", "::1", "localhost")

Progress = Callable[[float], None]


class EngineProcess:
    """A running engine that is ours. Belongs to the event loop that started it."""

    def __init__(self, child: asyncio.subprocess.Process, log: Path | None) -> None:
        self._child = child
        self._log_tail: deque[str] = deque(maxlen=_LOG_LINES)
        self._readers = [asyncio.create_task(self._keep_log(log))]
        self._stopping = False
        self.hello: Hello | None = None
        self.handle = EngineHandle("", "")

    @classmethod
    async def start(
        cls,
        options: EngineOptions,
        *,
        token: str | None = None,
        on_progress: Progress | None = None,
        command: Sequence[str] | None = None,
        silence_timeout_s: float = START_SILENCE_TIMEOUT_S,
    ) -> "EngineProcess":
        """Start an engine and wait until it answers.

        token: the key to its API, a fresh random one by default. command: what starts it, for tests.
        Raises: UsageError for a key or a host that cannot be used, ModelError or EngineStartFailed in the
        engine's own words, EngineStopped when it died, EngineProtocolMismatch, EngineNotResponding. No
        process is left then, nor when this is cancelled.
        """
        token = token or secrets.token_urlsafe(32)
        _check(options, token)
        engine = cls(await _spawn((*(command or engine_command()), *options.arguments())), options.log)
        try:
            await engine._greet(_in_url(options.host), token, on_progress or _ignore, silence_timeout_s)
        except BaseException:
            await asyncio.shield(engine.stop())
            raise
        engine._readers.append(asyncio.create_task(engine._drain_stdout()))
        return engine

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._child.returncode is None

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def client(self) -> EngineClient:
        """A client that says "the engine stopped" rather than "the connection broke"."""
        return EngineClient(self.handle, cause_of_death=self.cause_of_death)

    async def wait(self) -> EngineStopped | None:
        """Wait until the process ends; why, or None when `stop` was called."""
        return_code = await self._child.wait()
        return None if self._stopping else stopped(return_code, log_tail=self.log_tail)

    async def cause_of_death(self) -> EngineStopped | None:
        """Why the engine is gone, or None when it is not, or not of itself."""
        try:
            async with asyncio.timeout(DEATH_NOTICE_S):
                return await self.wait()
        except TimeoutError:
            return None

    async def stop(self) -> None:
        """End the process: ask by closing its stdin, then insist. Safe to call twice."""
        self._stopping = True
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._child.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._child.kill()
            await self._child.wait()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    @property
    def log_tail(self) -> str:
        """The last lines the engine logged."""
        return "\n".join(self._log_tail)

    async def _greet(self, host: str, token: str, on_progress: Progress, silence_timeout_s: float) -> None:
        await self._send({"token": token})
        while self.hello is None:
            match parse_line(await self._line(silence_timeout_s)):
                case Loading(fraction=fraction):
                    on_progress(fraction)
                case Hello() as hello:
                    self.hello = hello
                    self.handle = EngineHandle(f"http://{host}:{hello.port}/v1", token, hello.model)
                case OaError() as error:
                    raise error

    async def _send(self, members: dict[str, Any]) -> None:
        assert self._child.stdin is not None
        # A child that died already shows it by the end of its output.
        with suppress(ConnectionError):
            self._child.stdin.write(json.dumps(members).encode() + b"\n")
            await self._child.stdin.drain()

    async def _line(self, silence_timeout_s: float) -> bytes:
        assert self._child.stdout is not None
        try:
            async with asyncio.timeout(silence_timeout_s):
                line = await self._child.stdout.readline()
        except TimeoutError:
            raise EngineNotResponding(
                "engine-not-responding",
                "The engine does not get on with loading the model.",
                detail=self.log_tail,
            ) from None
        except ValueError:
            line = b"(a line without end)"
        if not line:
            raise await self._death_while_loading()
        return line

    async def _death_while_loading(self) -> OaError:
        return_code = await self._child.wait()
        await asyncio.wait(self._readers, timeout=DEATH_NOTICE_S)
        if return_code == _WRONG_USAGE:
            title = "The engine does not accept these settings."
            return EngineStartFailed("engine-settings-refused", title, detail=self.log_tail)
        if ran_out_of_memory(self.log_tail):
            title = "The engine ran out of memory while it loaded the model."
            return EngineStartFailed("out-of-memory", title, detail=self.log_tail, hint=OUT_OF_MEMORY_HINT)
        return stopped(return_code, while_loading=True, log_tail=self.log_tail)

    async def _keep_log(self, log: Path | None) -> None:
        stderr = self._child.stderr
        assert stderr is not None
        with _opened(log) as file:
            while chunk := await _line_or_part(stderr):
                self._log_tail.append(chunk.decode(errors="replace").rstrip())
                if file is not None:
                    with suppress(OSError):  # a full disk must not stop the engine
                        file.write(chunk)
                        file.flush()

    async def _drain_stdout(self) -> None:
        assert self._child.stdout is not None
        while await self._child.stdout.read(_LINE_LIMIT):
            pass


def _opened(log: Path | None) -> AbstractContextManager[BinaryIO | None]:
    """The log to append to; a long one is begun anew. None where it cannot be written.

    The engine's messages are read all the same: one that nobody listens to would wait for ever.
    """
    try:
        if log is None:
            return nullcontext()
        if log.exists() and log.stat().st_size > _LARGEST_LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
        return log.open("ab")
    except OSError:
        return nullcontext()


def _check(options: EngineOptions, token: str) -> None:
    if options.host not in _LOCAL_HOSTS:
        raise UsageError(
            "host-not-local",
            "The engine listens on this computer only.",
            hint=f"Use one of {', '.join(_LOCAL_HOSTS)}.",
        )
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            "key-unusable",
            f"The key must have {_SHORTEST_TOKEN} characters or more, and no spaces or special ones.",
        )


async def _spawn(command: Sequence[str]) -> asyncio.subprocess.Process:
    """Start a program in a process group of its own, so that Ctrl+C in a terminal reaches only the app."""
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=engine_environment(),
            limit=_LINE_LIMIT,
            **_own_group(),
        )
    except OSError as error:
        raise EngineStartFailed(
            "engine-start-failed", "The engine program could not be started.", detail=str(error)
        ) from error


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _line_or_part(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:
        return await stream.read(_LINE_LIMIT)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _ignore(_fraction: float) -> None:
    return
