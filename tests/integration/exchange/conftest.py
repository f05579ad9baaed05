"""Two real stores, each with its own file and thread."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oa_desktop.store.worker import StoreWorker

Opener = Callable[[], StoreWorker]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Opener]:
    """Opens one more empty store each time it is called."""
    workers: list[StoreWorker] = []

    def opened() -> StoreWorker:
        folder = tmp_path / f"profile-{len(workers)}"
        folder.mkdir()
        workers.append(StoreWorker.open(folder / "oa-desktop.db"))
        return workers[-1]

    yield opened
    for worker in workers:
        worker.close()


@pytest.fixture
def worker(open_store: Opener) -> StoreWorker:
    return open_store()
