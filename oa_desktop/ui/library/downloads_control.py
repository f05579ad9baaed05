"""The downloads of the window: the service works on the I/O thread, its news arrive in the GUI thread."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from oa_desktop.errors import OaError
from oa_desktop.services.downloads.jobs import DownloadJob
from oa_desktop.services.downloads.queue import Downloads
from oa_desktop.services.downloads.row import Download, State
from oa_desktop.ui.bridge import Bridge

Tell = Callable[[tuple[Download, ...]], None]


class DownloadsControl(QObject):
    """`changed` follows every change of `downloads`; `done` and `stopped` tell of one that just ended."""

    changed = Signal()
    done = Signal(object)
    stopped = Signal(object)
    failed = Signal(object)
    """What a person wanted could not be done: its error."""

    def __init__(
        self, bridge: Bridge, make: Callable[[Tell], Downloads], parent: QObject | None = None
    ) -> None:
        """make: builds the service around who is to be told; called on the I/O thread."""
        super().__init__(parent)
        self._bridge = bridge
        self._make = make
        self._service: asyncio.Future[Downloads] | None = None
        self._closed = False
        self.downloads: tuple[Download, ...] = ()

    def begin(self) -> None:
        """Take up what was left from the last time."""
        self._run(self._begun())

    def add(self, job: DownloadJob, failed: Callable[[OaError], None]) -> None:
        """Fetch a model; of something that is on its way already, nothing comes twice."""

        async def add() -> str:
            return await (await self._begun()).add(job)

        self._bridge.run(add(), lambda _: None, failed)

    def pause(self, key: str) -> None:
        """Stop for now; what came is kept."""
        self._run(self._with(key, "pause"))

    def resume(self, key: str) -> None:
        """Go on, or try again at once."""
        self._run(self._with(key, "resume"))

    def cancel(self, key: str) -> None:
        """Stop, and remove what came."""
        self._run(self._with(key, "cancel"))

    def clear(self, key: str) -> None:
        """Take one that ended off the list."""
        self._run(self._with(key, "clear"))

    async def close(self) -> None:
        """Stop what runs so that it can go on the next time; awaited on the I/O thread."""
        self._closed = True
        if self._service is not None:
            await (await self._service).close()

    async def _begun(self) -> Downloads:
        if self._service is None:
            service = self._make(lambda now: self._bridge.post(self.take, now))
            self._service = asyncio.ensure_future(self._opened(service))
        return await asyncio.shield(self._service)

    async def _opened(self, service: Downloads) -> Downloads:
        to_tell = await service.open()
        if to_tell is not None:
            self._bridge.post(self.failed.emit, to_tell)
        return service

    async def _with(self, key: str, verb: str) -> None:
        service = await self._begun()
        if not self._closed:
            await getattr(service, verb)(key)

    def _run(self, work: Coroutine[Any, Any, object]) -> None:
        self._bridge.run(work, lambda _: None, self.failed.emit)

    def take(self, now: tuple[Download, ...]) -> None:
        """What the service tells, in the GUI thread."""
        before = {download.key: download.state for download in self.downloads}
        self.downloads = now
        self.changed.emit()
        for download in now:
            if download.state is not before.get(download.key, download.state):
                if download.state is State.DONE:
                    self.done.emit(download)
                elif download.problem is not None and not download.is_active:
                    self.stopped.emit(download)
