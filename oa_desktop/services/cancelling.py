"""Long work on another thread that ends cleanly when the task waiting for it is cancelled."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from oa_desktop.errors import ExchangeError
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

T = TypeVar("T")


class ExchangeCancelled(ExchangeError):
    """The person cancelled; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("cancelled", "Cancelled; nothing was changed.")


class Cancel:
    """Asked for from any thread; the work looks at it between steps."""

    def __init__(self, event: threading.Event | None = None) -> None:
        self._event = event or threading.Event()

    def ask(self) -> None:
        """End the work at its next step."""
        self._event.set()

    def check(self) -> None:
        """Raises: ExchangeCancelled once asked."""
        if self._event.is_set():
            raise ExchangeCancelled


async def in_thread(work: Callable[[], T], cancel: Cancel) -> T:
    """Run on a thread of its own; for work that reads and writes files."""
    return await _waited(asyncio.ensure_future(asyncio.to_thread(work)), cancel)


async def on_store(worker: StoreWorker, work: Callable[[Store], T], cancel: Cancel) -> T:
    """Run on the thread of the store."""
    return await _waited(asyncio.wrap_future(worker.submit(work)), cancel)


async def _waited(running: asyncio.Future[T], cancel: Cancel) -> T:
    """The result; when the wait is cancelled, the work is too, and has cleaned up before that is told."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        cancel.ask()
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()
        raise
