"""The crossing between the I/O thread and the GUI thread."""

import asyncio
import threading

import pytest

from oa_desktop.errors import OaError
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.io_thread import IoThread


@pytest.fixture
def io():
    io = IoThread()
    yield io
    io.close()


@pytest.fixture
def bridge(qapp, io):
    return Bridge(io)


def test_results_arrive_in_the_gui_thread(bridge, qtbot):
    seen = []

    async def work():
        return threading.current_thread().name

    bridge.run(work(), lambda name: seen.append((name, threading.current_thread())), seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=30_000)
    assert seen == [("io", threading.main_thread())]


def test_expected_trouble_goes_to_failed(bridge, qtbot):
    seen = []

    async def work():
        raise OaError("x", "Expected.")

    bridge.run(work(), lambda _: seen.append("done"), lambda error: seen.append(error.title))
    qtbot.waitUntil(lambda: bool(seen), timeout=30_000)
    assert seen == ["Expected."]


def test_a_bug_is_raised_in_the_gui_thread(bridge, qtbot):
    async def work():
        raise ZeroDivisionError("a bug")

    with qtbot.captureExceptions() as caught:
        bridge.run(work(), lambda _: None, lambda _: None)
        qtbot.waitUntil(lambda: bool(caught), timeout=30_000)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_a_stream_arrives_in_order_and_is_closed_when_cancelled(bridge, qtbot):
    seen, closed = [], threading.Event()

    async def numbers():
        try:
            for number in range(3):
                yield number
            await asyncio.Event().wait()
        finally:
            closed.set()

    job = bridge.follow(numbers(), seen.append, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 3, timeout=30_000)
    job.cancel()
    assert seen == [0, 1, 2]
    assert closed.wait(30)


def test_a_closed_bridge_delivers_and_starts_nothing(bridge, io, qtbot):
    seen, later = [], []
    bridge.post(seen.append, "late")
    bridge.close()

    async def work():
        seen.append("ran")

    bridge.run(work(), seen.append, seen.append).cancel()
    Bridge(io, bridge).post(later.append, "after everything before")
    qtbot.waitUntil(lambda: bool(later), timeout=30_000)
    assert seen == []


def test_closing_the_thread_cancels_what_is_left(io):
    ended = threading.Event()

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    started = threading.Event()
    io.submit(work())
    io.call_soon(started.set)
    assert started.wait(30)
    io.close()
    io.close()
    assert ended.is_set()
