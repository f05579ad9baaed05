"""The worker keeps order, answers every caller, and goes on after a failure."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from oa_desktop.store.backup import list_backups
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import DiskFull, NotInStore, StoreBusy, StoreInUse, StoreReadOnly
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.store import Store
from oa_desktop.store.worker import StoreWorker

from .trees import answer, root_prompt, started


@pytest.fixture
def worker(path: Path) -> Iterator[StoreWorker]:
    worker = StoreWorker.open(path)
    yield worker
    worker.close()


def count(store: Store) -> int:
    return store.conversations.count()


def test_everything_runs_on_one_thread_that_is_not_the_callers(worker: StoreWorker) -> None:
    threads = {worker.submit(lambda _: threading.get_ident()).result() for _ in range(5)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_functions_run_in_the_order_they_were_handed_over(worker: StoreWorker) -> None:
    seen: list[int] = []
    futures = [worker.submit(lambda _, i=i: seen.append(i)) for i in range(50)]
    for future in futures:
        future.result()
    assert seen == list(range(50))


async def test_answers_and_errors_reach_the_loop_that_waits(worker: StoreWorker) -> None:
    root = await worker.run(started)
    assert (await worker.run(lambda store: store.messages.tree(root.tree_id))).root == root
    with pytest.raises(NotInStore):
        await worker.run(lambda store: store.messages.get(root_prompt().id))
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda _: 1 // 0)
    assert await worker.run(count) == 1


async def test_cancelling_the_wait_does_not_take_the_write_back(worker: StoreWorker) -> None:
    gate = threading.Event()
    held = worker.submit(lambda _: gate.wait())
    writing = asyncio.ensure_future(worker.run(started))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    gate.set()
    held.result()
    assert await worker.run(count) == 1


def test_a_failed_function_leaves_no_transaction_behind(worker: StoreWorker) -> None:
    def half(store: Store) -> None:
        store.messages.db.conn.execute("BEGIN IMMEDIATE")
        started(store)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.submit(half).result()
    assert worker.submit(count).result() == 0
    worker.submit(started).result()
    assert worker.submit(count).result() == 1


def test_closing_finishes_what_is_queued_and_lets_the_next_one_in(path: Path) -> None:
    worker = StoreWorker.open(path)
    futures = [worker.submit(started) for _ in range(20)]
    worker.close()
    worker.close()
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError):
        worker.submit(count)
    again = StoreWorker.open(path)
    assert again.submit(count).result() == 20
    again.close()


def test_a_worker_that_cannot_open_says_so_and_leaves_no_thread(path: Path, worker: StoreWorker) -> None:
    before = threading.active_count()
    with pytest.raises(StoreInUse):
        StoreWorker.open(path)
    assert threading.active_count() == before


def test_a_reader_beside_the_window_sees_everything_and_changes_nothing(
    path: Path, worker: StoreWorker
) -> None:
    worker.submit(started).result()
    reader = StoreWorker.open(path, read_only=True)
    assert reader.read_only
    assert reader.submit(count).result() == 1
    with pytest.raises(StoreReadOnly):
        reader.submit(started).result()
    assert reader.submit(count).result() == 1
    reader.close()


def test_the_first_opening_of_a_day_takes_a_backup(path: Path) -> None:
    for _ in range(3):
        worker = StoreWorker.open(path)
        worker.submit(started).result()
        worker.close()
    assert len(list_backups(StoreFiles(path).backups)) == 1


async def test_s14_a_lock_of_another_program_is_waited_for_then_told(path: Path, worker: StoreWorker) -> None:
    root = await worker.run(started)
    await worker.run(lambda store: store.messages.db.conn.execute("PRAGMA busy_timeout=200").close())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    writing = asyncio.ensure_future(worker.run(lambda store: store.messages.add([answer(root)])))
    turns = 0
    while not writing.done():
        await asyncio.sleep(0.001)
        turns += 1
    with pytest.raises(StoreBusy):
        await writing
    assert turns > 20
    assert (await worker.run(lambda store: store.messages.tree(root.tree_id))).root == root
    other.execute("ROLLBACK")
    other.close()
    await worker.run(lambda store: store.messages.add([answer(root)]))
    assert len(await worker.run(lambda store: store.messages.tree(root.tree_id))) == 2


def test_s14_a_write_that_waits_is_done_as_soon_as_the_lock_is_free(path: Path, worker: StoreWorker) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    writing = worker.submit(started)
    other.execute("ROLLBACK")
    other.close()
    writing.result()
    assert worker.submit(count).result() == 1


def test_s15_a_write_after_a_read_never_fails_because_another_wrote(path: Path, worker: StoreWorker) -> None:
    root = worker.submit(started).result()

    def read_then_write(store: Store) -> None:
        with store.transaction():
            store.messages.tree(root.tree_id)
            store.messages.add([answer(root)])

    other = sqlite3.connect(path, isolation_level=None)
    other.execute("UPDATE meta SET value = value")
    worker.submit(read_then_write).result()
    other.execute("UPDATE meta SET value = value")
    worker.submit(read_then_write).result()
    other.close()
    assert len(worker.submit(lambda store: store.messages.tree(root.tree_id)).result()) == 3


def test_s04_a_full_disk_is_told_and_the_same_write_works_after_room_was_made(worker: StoreWorker) -> None:
    root = worker.submit(started).result()
    text = "a long answer " * 10_000

    def limit(pages: int) -> None:
        worker.submit(lambda s: s.messages.db.conn.execute(f"PRAGMA max_page_count={pages}").close()).result()

    pages = worker.submit(lambda s: s.messages.db.conn.execute("PRAGMA page_count").fetchone()[0]).result()
    limit(pages + 2)
    reply = answer(root, text)
    for _ in range(3):
        with pytest.raises(DiskFull):
            worker.submit(lambda store: store.messages.add([reply])).result()
    assert len(worker.submit(lambda store: store.messages.tree(root.tree_id)).result()) == 1
    limit(1_000_000)
    worker.submit(lambda store: store.messages.add([reply])).result()
    assert worker.submit(lambda store: store.messages.get(reply.id)).result().text == text
