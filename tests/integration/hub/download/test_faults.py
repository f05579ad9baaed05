"""What a hub and the way to it do to a download: each ends in the right file or one sentence, and no junk."""

import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from oa_desktop.errors import OaError
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.progress import Phase, Progress
from oa_desktop.hub.errors import (
    DownloadCancelled,
    DownloadDamaged,
    HubBusy,
    HubError,
    HubOffline,
    HubUnreachable,
    NotFoundOnHub,
)
from tests.hub_server import (
    ChangedEtag,
    CloseAtOnce,
    CutAfter,
    EndlessChunkHead,
    ExpiredSignature,
    FlipByte,
    HtmlPage,
    IgnoreRange,
    LongBody,
    NoLength,
    Redirect,
    RedirectLoop,
    Stall,
    Status,
    Trickle,
    WrongContentRange,
    WrongLength,
)

from .conftest import REPO, Bench

TENTHS = [f"{tenth * 10} %" for tenth in range(1, 10)]


def cut_place(content: bytes, place: str) -> int:
    if place.endswith("%"):
        return len(content) * int(place[:-2]) // 100
    return {"nothing": 0, "one byte": 1, "all but one": len(content) - 1}[place]


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("place", ["nothing", "one byte", *TENTHS, "all but one"])
def test_d01_a_download_cut_anywhere_goes_on_where_it_was(bench: Bench, place: str, reset: bool) -> None:
    at = cut_place(bench.content, place)
    bench.server.fail(CutAfter(at, reset=reset))
    bench.download()
    assert bench.is_right()
    assert bench.server.fired() == 1
    assert bench.left() == [bench.target.name]
    first, second = bench.server.seen("cdn", "GET")
    assert first.headers.get("range") is None
    start = int(second.headers.get("range", "bytes=0-").removeprefix("bytes=").split("-")[0])
    assert start <= at
    if not reset:
        assert start == at
        assert at == 0 or second.headers["if-range"] == f'"{bench.sha256}"'


def test_d01_cuts_one_after_the_other_cost_only_what_was_on_its_way(bench: Bench) -> None:
    bench.server.fail(CutAfter(400_000), times=6)
    bench.download()
    assert bench.is_right()
    assert bench.server.fired() == 6
    assert sum(request.sent_bytes for request in bench.server.seen("cdn", "GET")) < 1.1 * len(bench.content)


def test_a_connection_that_is_closed_without_an_answer_is_tried_again(bench: Bench) -> None:
    bench.server.fail(CloseAtOnce(), times=2)
    bench.download()
    assert bench.is_right()
    assert Phase.RETRYING in bench.phases()


@pytest.mark.parametrize("fault", [Stall(1_000_000, 3600), Trickle(10)], ids=["stall", "trickle"])
def test_d02_a_connection_that_brings_nothing_is_given_up_and_made_anew(bench: Bench, fault: Stall) -> None:
    bench.server.fail(fault)
    bench.download(stall_s=0.4, attempts=50)
    assert bench.is_right()
    assert len(bench.ranges()) > 1


def test_d02_a_server_that_keeps_its_reader_busy_with_other_things_is_given_up_too(bench: Bench) -> None:
    bench.server.fail(EndlessChunkHead())
    bench.download(stall_s=0.4, attempts=50)
    assert bench.is_right()
    assert len(bench.ranges()) > 1


def test_d02_a_trickle_that_never_ends_waits_for_the_person_too(bench: Bench) -> None:
    bench.server.fail(Trickle(200), times=None)
    with pytest.raises(HubUnreachable, match="Hardly anything"):
        bench.download(stall_s=0.5, attempts=1)
    assert len(bench.ranges()) == 2


def test_d02_after_some_attempts_it_waits_for_the_person_with_what_it_has(bench: Bench) -> None:
    bench.server.fail(CutAfter(1_000_000))
    with pytest.raises(HubUnreachable):
        bench.download(attempts=0)
    bench.server.fail(Stall(0, 3600), times=None)
    with pytest.raises(HubUnreachable) as caught:
        bench.download(stall_s=0.5, attempts=1)
    assert "Hardly anything" in caught.value.title
    assert not bench.target.exists()
    bench.server.no_more_faults()
    before = len(bench.ranges())
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[before].startswith("bytes=1000000-")


@pytest.mark.parametrize("by", [-1_000, -1, 1, 1_000])
def test_d03_another_length_than_announced_is_not_believed(bench: Bench, by: int) -> None:
    bench.server.fail(WrongLength(by), times=None)
    with pytest.raises(DownloadDamaged, match="another size"):
        bench.download()
    assert bench.left() == []


def test_d03_another_length_once_is_mended_by_asking_again(bench: Bench) -> None:
    bench.server.fail(WrongLength(-1_000))
    bench.download()
    assert bench.is_right()


def test_d03_a_body_longer_than_announced_is_not_believed(bench: Bench) -> None:
    bench.server.fail(LongBody(5_000), times=None)
    with pytest.raises(DownloadDamaged, match="another size"):
        bench.download()


def test_d03_of_a_body_without_a_length_only_the_file_is_taken(bench: Bench) -> None:
    bench.server.fail(NoLength(), LongBody(5_000))
    bench.download()
    assert bench.is_right()
    assert bench.server.fired() == 2


def test_d04_one_flipped_byte_is_noticed_and_fetched_again(bench: Bench) -> None:
    bench.server.fail(FlipByte(2_000_000))
    bench.download()
    assert bench.is_right()
    assert bench.left() == [bench.target.name]


def test_d04_data_that_is_always_wrong_never_becomes_a_model(bench: Bench) -> None:
    bench.server.fail(FlipByte(2_000_000), times=None)
    with pytest.raises(DownloadDamaged) as caught:
        bench.download()
    assert caught.value.title.startswith("The hub sent damaged data")
    assert bench.left() == []
    assert len(bench.ranges()) == 2


def test_d04_a_flipped_byte_of_the_file_that_was_kept_is_noticed_too(bench: Bench) -> None:
    bench.server.fail(CutAfter(1_500_000))
    bench.server.fail(CloseAtOnce(), times=None)
    with pytest.raises(HubUnreachable):
        bench.download()
    part = next(bench.parts.glob("*.part"))
    with part.open("r+b") as file:
        file.seek(700_000)
        file.write(b"not the byte that was there")
    bench.server.no_more_faults()
    bench.download()
    assert bench.is_right()


@pytest.mark.parametrize(
    "fault",
    [IgnoreRange(), WrongContentRange(), WrongContentRange(-500), ChangedEtag()],
    ids=["ignores ranges", "other range", "earlier range", "other tag"],
)
def test_d05_what_does_not_join_is_never_joined(bench: Bench, fault: IgnoreRange) -> None:
    bench.server.fail(CutAfter(1_000_000))
    bench.server.fail(fault, skip=0)
    bench.download()
    assert bench.is_right()
    assert bench.server.fired() == 2


def test_d05_a_server_without_ranges_on_a_bad_line_is_asked_from_the_start_a_few_times(bench: Bench) -> None:
    for _ in range(3):
        bench.server.fail(CutAfter(1_000_000))
        bench.server.fail(IgnoreRange())
    bench.download()
    assert bench.is_right()


def test_d05_a_server_without_ranges_on_a_hopeless_line_is_given_up(bench: Bench) -> None:
    for _ in range(10):
        bench.server.fail(CutAfter(1_000_000))
        bench.server.fail(IgnoreRange())
    with pytest.raises(HubUnreachable, match="only from its start"):
        bench.download()


def test_an_address_that_expires_is_asked_for_anew(bench: Bench) -> None:
    bench.server.fail(CutAfter(1_000_000))
    bench.server.fail(ExpiredSignature())
    bench.download()
    assert bench.is_right()
    assert len(bench.server.seen("hub", "HEAD")) == 2
    assert bench.ranges()[-1] == f"bytes=1000000-{len(bench.content) - 1}"


def test_d06_a_refusal_that_stays_is_told(bench: Bench) -> None:
    bench.server.fail(Status(403), times=None)
    with pytest.raises(HubError) as caught:
        bench.download()
    assert caught.value.code == "hub-refused"
    assert "403" in caught.value.title


def test_d07_a_file_that_is_gone_is_told(bench: Bench) -> None:
    bench.server.fail(Status(404), times=None)
    with pytest.raises(NotFoundOnHub):
        bench.download()


def test_d08_a_range_the_server_does_not_have_begins_the_file_again(bench: Bench) -> None:
    bench.server.fail(CutAfter(1_000_000))
    bench.server.fail(Status(416))
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[-1] == ""


def in_half_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)


@pytest.mark.parametrize(("status", "told"), [(429, "number"), (429, "date"), (503, "number")])
def test_d09_a_busy_hub_is_waited_for_as_it_says(bench: Bench, status: int, told: str) -> None:
    bench.server.fail(Status(status, {"Retry-After": "1800" if told == "number" else in_half_an_hour()}))

    class StopWhenTold:
        def append(self, progress: Progress) -> None:
            if progress.phase is Phase.RETRYING:
                bench.stop.set()
                waits.append(progress.retry_in_s)

    waits: list[float] = []
    bench.told = StopWhenTold()
    with pytest.raises(DownloadCancelled):
        bench.download()
    assert 1000 < waits[0] <= 1800


@pytest.mark.parametrize("status", [429, 500])
def test_d09_a_hub_that_names_no_time_is_asked_again_soon(bench: Bench, status: int) -> None:
    bench.server.fail(Status(status))
    bench.download(first_wait_s=0.02)
    assert bench.is_right()
    assert max(progress.retry_in_s for progress in bench.told) < 0.1


def test_d09_a_hub_that_is_ready_at_once_is_asked_at_once(bench: Bench) -> None:
    bench.server.fail(Status(503, {"Retry-After": "0"}))
    bench.download(first_wait_s=3600)
    assert bench.is_right()


def test_d09_a_hub_that_stays_busy_is_told_with_what_came_kept(bench: Bench) -> None:
    bench.server.fail(CutAfter(1_000_000))
    bench.server.fail(Status(503), times=None)
    with pytest.raises(HubBusy):
        bench.download()
    assert any(name.endswith(".part") for name in bench.left())


def test_d10_redirects_in_circles_end(bench: Bench) -> None:
    bench.server.fail(RedirectLoop(), times=None)
    with pytest.raises(HubError) as caught:
        bench.download()
    assert caught.value.code == "redirect-refused"
    assert len(bench.server.seen("cdn", "GET")) <= 7


def test_d10_thirty_hops_are_too_many(bench: Bench) -> None:
    bench.server.fail(RedirectLoop(30), times=None)
    with pytest.raises(HubError, match="circles"):
        bench.download()


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "http://8.8.8.8/x.gguf",
        "ftp://example.org/x",
        "http://a:b@127.0.0.1/x",
        "//",
        "http://[::1",
    ],
)
def test_d10_a_redirect_to_where_models_never_come_from_is_refused(bench: Bench, target: str) -> None:
    bench.server.fail(Redirect(target), times=None)
    with pytest.raises(HubError) as caught:
        bench.download()
    assert caught.value.code == "redirect-refused"
    assert not bench.target.exists()


def test_d10_a_redirect_to_the_same_storage_is_followed(bench: Bench) -> None:
    bench.server.fail(RedirectLoop(3))
    bench.download()
    assert bench.is_right()


def test_d11_a_login_page_instead_of_the_file_is_named(bench: Bench) -> None:
    bench.server.fail(CutAfter(1_000_000))
    bench.server.fail(HtmlPage(), times=None)
    with pytest.raises(HubError, match="web page") as caught:
        bench.download()
    assert "login" in caught.value.hint
    bench.server.no_more_faults()
    before = len(bench.ranges())
    bench.download()
    assert bench.is_right()
    assert bench.ranges()[before].startswith("bytes=1000000-"), "what came before the page is kept"


def test_d11_a_page_of_just_the_right_length_is_named_too(bench: Bench) -> None:
    page = b"<!DOCTYPE html><html>".ljust(len(bench.content))
    bench.server.fail(Status(200, {"Content-Type": "application/octet-stream"}, page), times=None)
    with pytest.raises(HubError, match="web page"):
        bench.download()
    assert bench.left() == []


def test_no_network_is_told_after_some_attempts(bench: Bench) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        bench.server.fail(Redirect(f"http://127.0.0.1:{port}/gone"), times=None)
        with pytest.raises(HubUnreachable, match="cannot be reached"):
            bench.download()
    assert len(bench.ranges()) == bench.tuning.attempts + 1


def test_a_file_that_is_damaged_on_the_hub_itself_is_not_kept(bench: Bench) -> None:
    broken = bytearray(bench.content)
    broken[8:16] = b"\xff" * 8
    bench.server.add_repo(REPO, {"model.Q4_K_M.gguf": bytes(broken)})
    with pytest.raises(OaError, match="damaged on the hub itself") as told:
        bench.download()
    assert "model.Q4_K_M.gguf" in told.value.detail
    assert ".part" not in told.value.detail
    assert bench.left() == []


def test_a_file_of_an_unreadable_version_is_called_by_its_name(bench: Bench) -> None:
    other = bytearray(bench.content)
    other[4:8] = (1).to_bytes(4, "little")
    bench.server.add_repo(REPO, {"deep/old.Q4_K_M.gguf": bytes(other)})
    with pytest.raises(OaError, match=r"\Aold\.Q4_K_M\.gguf is a GGUF file of version 1"):
        bench.download("deep/old.Q4_K_M.gguf")


def test_the_app_told_to_stay_offline_stops_receiving_and_goes_on_when_it_may(bench: Bench) -> None:
    offline = threading.Event()
    bench.hub = Hub(bench.server.endpoint, offline=offline.is_set)
    bench.server.fail(Trickle(300_000))

    class OfflineMeanwhile:
        def append(self, progress: Progress) -> None:
            if progress.done_bytes:
                offline.set()

    bench.told = OfflineMeanwhile()
    for _ in range(2):
        with pytest.raises(HubOffline):
            bench.download()
    bench.told = []
    offline.clear()
    bench.download()
    assert bench.is_right()
    assert len(bench.ranges()) == 2
