"""A resolver that does not answer: names are looked up by the system, which knows no time limit of ours."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.progress import Phase
from oa_desktop.hub.errors import DownloadCancelled, HubUnreachable
from oa_desktop.hub.remote_header import read_remote_header
from tests.integration.hub.download.conftest import FILE, QUICK, REPO, Bench, bench, content

__all__ = ["bench", "content"]

pytestmark = pytest.mark.usefixtures("own_client")
DEADLINE_S = 60


class StuckNames:
    """Holds everybody who looks up a name until `release`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self._released = threading.Event(), threading.Event()
        look_up = socket.getaddrinfo

        def stuck(*arguments: Any, **options: Any) -> Any:
            self.asked.set()
            assert self._released.wait(DEADLINE_S)
            return look_up(*arguments, **options)

        monkeypatch.setattr(socket, "getaddrinfo", stuck)

    def release(self) -> None:
        self._released.set()

    @property
    def is_released(self) -> bool:
        return self._released.is_set()


@pytest.fixture
def stuck_names(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> Iterator[StuckNames]:
    names = StuckNames(monkeypatch)
    yield names
    names.release()


def test_the_hub_is_not_waited_for_longer_than_an_answer_may_take(
    bench: Bench, stuck_names: StuckNames
) -> None:
    with pytest.raises(HubUnreachable, match="does not answer in time"):
        Hub(bench.server.endpoint, whole_s=0.05).repo(REPO)
    assert not stuck_names.is_released


@pytest.fixture
def located(bench: Bench, request: pytest.FixtureRequest) -> Wanted:
    """Found before names got stuck."""
    bench.parts.mkdir(parents=True)
    return Wanted(bench.hub.locate(REPO, FILE, "main"), bench.target)


def test_d02_a_download_notices_that_its_name_is_not_looked_up_and_waits_for_the_person(
    bench: Bench, located: Wanted, stuck_names: StuckNames
) -> None:
    quick = replace(QUICK, begin_s=0.05, attempts=1)
    with pytest.raises(HubUnreachable, match="does not answer in time"):
        fetch(bench.hub, located, bench.parts, bench.control(), quick)
    assert not stuck_names.is_released
    stuck_names.release()
    for late in [thread for thread in threading.enumerate() if thread.name == "hub-ask"]:
        late.join(DEADLINE_S)
        assert not late.is_alive()
    assert bench.phases() == {Phase.RECEIVING, Phase.RETRYING}
    bench.download()
    assert bench.is_right()


def test_d13_a_download_is_paused_while_its_name_is_looked_up(
    bench: Bench, located: Wanted, stuck_names: StuckNames
) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(fetch, bench.hub, located, bench.parts, bench.control(), QUICK)
        assert stuck_names.asked.wait(DEADLINE_S)
        bench.stop.set()
        with pytest.raises(DownloadCancelled):
            running.result(DEADLINE_S)
    assert not stuck_names.is_released
    assert not [thread for thread in threading.enumerate() if thread.name == "download-lane"]


def test_reading_a_header_is_given_up_while_a_name_is_looked_up(
    bench: Bench, located: Wanted, stuck_names: StuckNames
) -> None:
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_remote_header, bench.hub, located.location, stop=bench.stop)
        assert stuck_names.asked.wait(DEADLINE_S)
        bench.stop.set()
        with pytest.raises(DownloadCancelled):
            reading.result(DEADLINE_S)
    assert not stuck_names.is_released
