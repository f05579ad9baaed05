"""Keep one engine running: start it, notice when it dies, start it again, and know when to give up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from oa_desktop.client.api import EngineClient
from oa_desktop.client.errors import EngineStartFailed, EngineStopped, EngineUnavailable
from oa_desktop.client.heartbeat import Patience, watch_heartbeat, watch_progress
from oa_desktop.client.launch import EngineProcess, Progress
from oa_desktop.client.restart import RestartPolicy
from oa_desktop.client.status import (
    EngineStatus,
    Halted,
    NotAnswering,
    Off,
    Running,
    Starting,
    Waiting,
)
from oa_desktop.errors import OaError

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class Launch(Protocol):
    """Starts the wanted engine, e.g. `partial(EngineProcess.start, options)`."""

    def __call__(self, *, on_progress: Progress) -> Awaitable[EngineProcess]: ...


class EngineSupervisor:
    """One engine that is meant to run. Belongs to one event loop.

    on_status: told every new state, on that loop.
    A death while the model is loaded, and a refusal to load it, are never retried.
    """

    def __init__(
        self,
        launch: Launch,
        *,
        on_status: Callable[[EngineStatus], None] = lambda _status: None,
        policy: RestartPolicy | None = None,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._launch = launch
        self._on_status = on_status
        self._policy = policy or RestartPolicy()
        self._patience = patience or Patience()
        self._sleep = sleep
        self._process: EngineProcess | None = None
        self._client: EngineClient | None = None
        self._life: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self.status: EngineStatus = Off()

    async def start(self) -> EngineClient:
        """Start the engine and wait until it answers. Raises: what keeps it from starting."""
        async with self._turn:
            await self._end()
            self._policy.forget()
            self._life = asyncio.create_task(self._live())
            self._life.add_done_callback(self._life_ended)
        return await self.ready()

    async def ready(self) -> EngineClient:
        """Wait out a start or restart. Raises: EngineUnavailable when none is wanted, or why it halted."""
        while self._is_between:
            await self._changed.wait()
        return self.client()

    def client(self) -> EngineClient:
        """The client of the running engine. Raises: EngineUnavailable, or why the engine is not running."""
        match self.status:
            case Running() | NotAnswering() if self._client is not None:
                return self._client
            case Halted(cause=cause) | Waiting(cause=cause):
                raise cause
            case _:
                raise EngineUnavailable("engine-unavailable", "No engine is running.", hint="Choose a model.")

    async def restart(self) -> EngineClient:
        """What the button does: end the engine, however it is, and start it with a clean record."""
        return await self.start()

    async def stop(self) -> None:
        """End the engine and want none."""
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
            self._life = None
        self._tell(Off())

    def _life_ended(self, life: asyncio.Task[None]) -> None:
        """A bug must not leave anybody waiting for an engine that nobody starts any more."""
        if life.cancelled() or (bug := life.exception()) is None:
            return
        log.error("the engine's supervisor failed", exc_info=bug)
        self._tell(Halted(EngineStartFailed("engine-start-failed", "The engine could not be started.")))

    @property
    def _is_between(self) -> bool:
        """An engine is wanted and none runs yet or any more, but one may come."""
        match self.status:
            case Starting() | Waiting():
                return True
            case Running() | NotAnswering():
                return self._process is None or not self._process.running
            case Off():
                return self._life is not None
            case Halted():
                return False

    async def _live(self) -> None:
        cause: OaError | None = None
        while True:
            try:
                died = await self._run_once(cause)
            except OaError as error:
                self._tell(Halted(error))
                return
            delay_s = self._policy.next_delay_s()
            if delay_s is None:
                self._tell(Halted(died))
                return
            self._tell(Waiting(delay_s, died))
            await self._sleep(delay_s)
            cause = died

    async def _run_once(self, cause: OaError | None) -> EngineStopped:
        """Start an engine and watch it until it dies by itself. Raises: what keeps it from starting."""
        process = await self._load(cause)
        beating: asyncio.Task[None] | None = None
        try:
            async with process.client() as client:
                self._process, self._client = process, client
                self._tell(Running(process.handle))
                beating = asyncio.create_task(watch_heartbeat(client, self._heard(process), self._patience))
                died = await process.wait()
        finally:
            self._process = self._client = None
            if beating is not None:
                beating.cancel()
            await asyncio.shield(process.stop())
        return died or EngineStopped(exit_code=0)

    async def _load(self, cause: OaError | None) -> EngineProcess:
        loading = Starting(cause=cause)
        moved = asyncio.Event()
        self._tell(loading)

        def on_progress(fraction: float) -> None:
            nonlocal loading
            loading = Starting(fraction, cause)
            moved.set()
            self._tell(loading)

        watching = asyncio.create_task(
            watch_progress(moved, lambda: self._tell(replace(loading, silent=True)), self._patience)
        )
        try:
            return await self._launch(on_progress=on_progress)
        finally:
            watching.cancel()

    def _heard(self, process: EngineProcess) -> Callable[[bool], None]:
        def on_change(answering: bool) -> None:
            self._tell(Running(process.handle) if answering else NotAnswering(process.handle))

        return on_change

    def _tell(self, status: EngineStatus) -> None:
        if status == self.status:
            return
        self.status = status
        self._on_status(status)
        self._changed.set()
        self._changed = asyncio.Event()
