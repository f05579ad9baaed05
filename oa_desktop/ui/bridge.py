"""The one crossing from the I/O thread to the GUI thread, and the only way view models start work there."""

import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from oa_desktop.errors import OaError
from oa_desktop.ui.io_thread import IoThread

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Delivery(Generic[T]):
    """A value and who takes it, on its way to the GUI thread."""

    receive: Callable[[T], None]
    value: T


@dataclass(frozen=True, slots=True)
class Job:
    """Work that runs on the I/O thread."""

    future: "Future[None] | None"

    def cancel(self) -> None:
        """End it at its next await. Nothing more is delivered; harmless when it has ended."""
        if self.future is not None:
            self.future.cancel()


class Bridge(QObject):
    """Runs coroutines and streams on the I/O thread and hands their results back in the GUI thread.

    Expected trouble (`OaError`) goes to `failed`; a bug is raised in the GUI thread, where the crash log
    sees it.
    """

    _arrived = Signal(object)

    def __init__(self, io: IoThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._io = io
        self._is_closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Coroutine[Any, Any, T],
        done: Callable[[T], None],
        failed: Callable[[OaError], None],
    ) -> Job:
        """Deliver the coroutine's result to `done`, or its `OaError` to `failed`."""

        async def task() -> None:
            try:
                result = await work
            except OaError as error:
                self.post(failed, error)
            except Exception as bug:
                self._report(bug)
            else:
                self.post(done, result)

        if self._is_closed:
            work.close()
            return Job(None)
        return Job(self._io.submit(task()))

    def follow(
        self,
        stream: AsyncIterator[T],
        received: Callable[[T], None],
        failed: Callable[[OaError], None],
    ) -> Job:
        """Deliver every item of the stream to `received`. Cancelling the job closes the stream."""

        async def task() -> None:
            try:
                async for item in stream:
                    self.post(received, item)
            except OaError as error:
                self.post(failed, error)
            except Exception as bug:
                self._report(bug)

        return Job(None if self._is_closed else self._io.submit(task()))

    def call_on_io(self, function: Callable[[], None]) -> None:
        """Call a plain function in the I/O thread, soon."""
        self._io.call_soon(function)

    def post(self, receive: Callable[[T], None], value: T) -> None:
        """Call `receive(value)` in the GUI thread; callable from any thread."""
        self._arrived.emit(_Delivery(receive, value))

    def close(self) -> None:
        """Deliver and start nothing any more; what still runs ends with the I/O thread."""
        self._is_closed = True

    def _report(self, bug: Exception) -> None:
        log.error("unexpected failure on the I/O thread", exc_info=bug)
        self.post(_raise, bug)

    @Slot(object)
    def _deliver(self, delivery: _Delivery[Any]) -> None:
        if not self._is_closed:
            delivery.receive(delivery.value)


def _raise(bug: Exception) -> None:
    raise bug
