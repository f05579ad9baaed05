"""The engine that is measured: started anew wherever its memory must be as empty as the reference's."""

import time
from typing import Self

from oa_desktop.bench.asking import Asking
from oa_desktop.bench.memory import peak_bytes
from oa_desktop.client.engine_options import EngineOptions
from oa_desktop.client.handle import ModelDescription
from oa_desktop.client.launch import EngineProcess
from oa_desktop.errors import EngineError


class MeasuredEngine:
    """One engine at a time, as a context.

    start_s: what each start took, until the engine answered.   peak_bytes: the most any of them has held.
    """

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._process: EngineProcess | None = None
        self.start_s: list[float] = []
        self.peak_bytes = 0

    async def __aenter__(self) -> Self:
        await self.fresh()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stop()

    @property
    def model(self) -> ModelDescription:
        """What it says about its model."""
        assert self._process is not None
        if self._process.handle.model is None:
            raise EngineError("bench-refused", "The engine does not say what it runs.")
        return self._process.handle.model

    @property
    def asking(self) -> Asking:
        """How it is asked."""
        assert self._process is not None
        return Asking(self._process.handle)

    async def fresh(self) -> None:
        """Start a new one, and let it decode once: the first decode of a process sets memory up."""
        await self._stop()
        started = time.perf_counter()
        self._process = await EngineProcess.start(self._options)
        self.start_s.append(time.perf_counter() - started)
        await self.asking.answer([1, 2, 3, 4], tokens=2)

    async def _stop(self) -> None:
        if self._process is not None:
            self.peak_bytes = max(self.peak_bytes, peak_bytes(self._process.pid))
            await self._process.stop()
            self._process = None
