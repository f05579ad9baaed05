"""The one thread that touches the store. Callers hand over functions and wait for the answers elsewhere."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from oa_desktop.errors import StorageError
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import StoreFailed, is_io_error, translated
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.session import Session
from oa_desktop.store.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")


class StoreWorker:
    """Runs functions on the open store one after the other, in the order they were handed over.

    A function that fails disturbs none after it; one that changes several things does so in
    `store.transaction()` and then has changed nothing. What SQLite raises arrives as a StorageError.
    """

    def __init__(self, path: Path) -> None:
        """Not for callers; see `open`."""
        self.path = path
        self._files = StoreFiles(path)
        self._session: Session | None = None
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._gate = threading.Lock()
        self._is_closed = False

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> "StoreWorker":
        """Open the store at this database file; a first start makes it. Not for a GUI thread.

        read_only: read beside an instance that has it open. Without it, a store that cannot be written opens
        for reading all the same; `read_only` tells.
        Raises: StorageError children.
        """
        worker = cls(path)
        worker._thread.start()
        try:
            worker._hand_over(lambda: worker._open(read_only=read_only)).result()
        except BaseException:
            worker.close()
            raise
        worker._hand_over(worker._current().roll_backups)
        return worker

    @property
    def read_only(self) -> bool:
        """Whether writing is refused."""
        return self._current().read_only

    @property
    def notices(self) -> tuple[StorageError, ...]:
        """What a person should know although the store opened."""
        return self._current().notices

    def submit(self, function: Callable[[Store], T]) -> Future[T]:
        """Queue a function; returns at once. RuntimeError after `close`."""
        return self._hand_over(lambda: function(self._current().store))

    async def run(self, function: Callable[[Store], T]) -> T:
        """`submit`, awaited. Cancelling the wait does not take the function back: it runs all the same."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(function)))

    def close(self) -> None:
        """Finish what is queued, close the store, end the thread. A second call does nothing."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._jobs.put(None)
        self._thread.join()

    def _hand_over(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._gate:
            if self._is_closed:
                raise RuntimeError("the store is closed")
            self._jobs.put(lambda: self._settle(job, future))
        return future

    def _settle(self, job: Callable[[], T], future: Future[T]) -> None:
        """Run a job and give its future the outcome, whatever it is."""
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = job()
        except BaseException as error:
            future.set_exception(self._recovered(error))
        else:
            future.set_result(result)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            if self._jobs.empty() and self._session:
                self._quietly(self._session.rest)
        if self._session:
            self._quietly(self._session.close)

    def _open(self, *, read_only: bool) -> None:
        self._session = Session(self._files, read_only=read_only)

    def _current(self) -> Session:
        if self._session is None:
            raise RuntimeError("the store is not open")
        return self._session

    def _recovered(self, error: BaseException) -> BaseException:
        """The error to tell, once the session is fit for the next job."""
        if self._session:
            self._quietly(self._session.distrust if _disk_failed(error) else self._session.settle)
        told: BaseException | None = None
        if isinstance(error, sqlite3.Error):
            told = translated(error, self.path)
        elif isinstance(error, OSError):
            told = StoreFailed(str(error))
        if told is None:
            return error
        log.warning("%s: %s", type(told).__name__, error)
        told.__cause__ = error
        return told

    def _quietly(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (sqlite3.Error, OSError, StorageError):
            log.warning("the store could not be tidied up", exc_info=True)


def _disk_failed(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and is_io_error(error)
