"""The header of a file on the hub: read without the file, and every way in which that can go wrong."""

import struct
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.gguf import NotAModel
from oa_desktop.gguf.header import read_header
from oa_desktop.hub import remote_header
from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.hub.errors import DownloadCancelled, HubError
from oa_desktop.hub.remote_header import read_remote_header
from oa_desktop.services.fit.estimate import Machine, Verdict, estimate_headers
from oa_desktop.services.fit.on_hub import fit_on_hub
from oa_desktop.settings import Settings
from tests.hub_server import (
    CloseAtOnce,
    CutAfter,
    Fault,
    HtmlPage,
    HubServer,
    IgnoreRange,
    LongBody,
    NoLength,
    RedirectLoop,
    Stall,
    Status,
    Trickle,
    WrongContentRange,
)
from tests.unit.gguf.ggufs import ARRAY, I32, PAIRS, STRING, U32, Gguf, array, text, u32, u64

REPO, FILE, MIB = "someone/model-GGUF", "sub/model.Q4_K_M.gguf", 1 << 20
QUICK = Tuning()
TOKENS = 200_000
GB = 10**9


def long_header(data_bytes: int = 6 * MIB) -> bytes:
    """A header of some 4 MB, most of it the vocabulary, before more bytes than anybody should fetch."""
    pairs = [item for item in PAIRS if b"tokenizer.ggml.token" not in item]
    pairs += [
        array("tokenizer.ggml.tokens", STRING, [f"t{number:06}" for number in range(TOKENS)]),
        array("tokenizer.ggml.token_type", I32, [1] * TOKENS),
    ]
    tensor_bytes = data_bytes // 4 // 64 * 64
    weights = text("token_embd.weight") + u32(2) + u64(64) + u64(tensor_bytes // 64) + u32(0) + u64(0)
    return Gguf(pairs=pairs, tensors=(weights,), data_bytes=data_bytes).build()


@pytest.fixture(scope="module")
def content() -> bytes:
    return long_header()


class Remote:
    """One file on the local hub."""

    def __init__(self, server: HubServer, content: bytes) -> None:
        self.server, self.hub = server, Hub(server.endpoint)
        self.publish(content)

    def publish(self, content: bytes) -> None:
        self.server.add_repo(REPO, {FILE: content})

    def read(self, **options: object):
        location = self.hub.locate(REPO, FILE)
        return read_remote_header(self.hub, location, **{"tuning": QUICK, **options})

    def sent_bytes(self) -> int:
        return sum(request.sent_bytes for request in self.server.seen("cdn", "GET"))

    def ranges(self) -> list[str]:
        return [request.headers.get("range", "") for request in self.server.seen("cdn", "GET")]


@pytest.fixture
def remote(hub_server: HubServer, content: bytes) -> Remote:
    return Remote(hub_server, content)


def test_the_header_is_that_of_the_whole_file(remote: Remote, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.Q4_K_M.gguf").write_bytes(content)
    local = read_header(tmp_path / "model.Q4_K_M.gguf")
    assert remote.read() == replace(local, path=Path("model.Q4_K_M.gguf"))


def test_it_is_fetched_in_growing_pieces_and_the_weights_are_not(remote: Remote, content: bytes) -> None:
    header = remote.read()
    assert remote.ranges() == [
        f"bytes=0-{MIB - 1}",
        f"bytes={MIB}-{2 * MIB - 1}",
        f"bytes={2 * MIB}-{4 * MIB - 1}",
    ]
    assert header.data_offset < remote.sent_bytes() < len(content) // 2


def test_a_small_file_is_asked_for_once(remote: Remote) -> None:
    remote.publish(Gguf().build())
    assert remote.read().architecture == "llama"
    assert len(remote.ranges()) == 1


def test_d10_the_token_is_not_sent_to_the_storage(hub_server: HubServer, content: bytes) -> None:
    hub_server.add_repo(REPO, {FILE: content}, private=True)
    hub_server.add_token("hf_secret", accepted=[REPO])
    hub = Hub(hub_server.endpoint, token=lambda: "hf_secret")
    read_remote_header(hub, hub.locate(REPO, FILE), tuning=QUICK)
    assert hub_server.seen("cdn", "GET")
    assert all("authorization" not in request.headers for request in hub_server.seen("cdn"))


FAULTS: list[tuple[str, Fault, str]] = [
    ("cut", CutAfter(100_000), "broke off"),
    ("closed", CloseAtOnce(), "broke off"),
    ("range ignored", IgnoreRange(), "does not give out the start of"),
    ("other range", WrongContentRange(), "does not give out the start of"),
    ("page", HtmlPage(), "A web page came instead of the file"),
    ("longer", LongBody(7), "has another size than the hub announced|does not give out the start"),
    ("busy", Status(503), "trouble of its own"),
    ("slow down", Status(429, {"Retry-After": "7"}), "asks to slow down"),
    ("gone", Status(404), "no longer on the hub"),
    ("teapot", Status(418), "status 418"),
    ("round and round", RedirectLoop(), "round in circles"),
]


@pytest.mark.parametrize(("fault", "words"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_what_goes_wrong_is_one_sentence(remote: Remote, fault: Fault, words: str) -> None:
    remote.server.fail(fault, times=None)
    with pytest.raises(HubError, match=words) as caught:
        remote.read()
    assert remote.server.fired() > 0
    assert "\n" not in caught.value.sentence


def test_silence_is_one_sentence(remote: Remote) -> None:
    remote.server.fail(Stall(100_000, 3600), times=None)
    with pytest.raises(HubError, match="broke off"):
        remote.read(tuning=Tuning(stall_s=0.3))


def test_a_trickle_does_not_last_for_ever(remote: Remote) -> None:
    remote.server.fail(Trickle(20_000), times=None)
    with pytest.raises(HubError, match="too slowly"):
        remote.read(whole_s=0.3)


def test_a_cut_in_a_later_piece_is_noticed(remote: Remote) -> None:
    remote.server.fail(CutAfter(1000), times=None, skip=2)
    with pytest.raises(HubError, match="broke off"):
        remote.read()
    assert len(remote.ranges()) == 3


def test_a_cut_that_no_length_betrays_is_noticed(remote: Remote) -> None:
    remote.server.fail(NoLength(), CutAfter(100_000), times=None)
    with pytest.raises(HubError, match="broke off"):
        remote.read()


def test_an_expired_address_is_asked_for_again(remote: Remote) -> None:
    location = remote.hub.locate(REPO, FILE)
    remote.server.expire_signatures()
    assert read_remote_header(remote.hub, location, tuning=QUICK).architecture == "llama"


def test_an_address_that_never_holds_is_given_up(remote: Remote) -> None:
    remote.server.fail(Status(403), times=None)
    with pytest.raises(HubError, match=r"does not give .* out \(status 403\)"):
        remote.read()
    assert len(remote.ranges()) == 2


def test_it_can_be_cancelled(remote: Remote) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(DownloadCancelled):
        remote.read(stop=stop)


def test_a_page_that_says_it_is_a_file_is_still_a_page(remote: Remote) -> None:
    page = b"<!DOCTYPE html><html><head><title>Log in</title></head>" + b" " * 2 * MIB
    remote.publish(page)
    with pytest.raises(HubError, match="web page"):
        remote.read()


def test_a_file_that_is_no_model_says_what_it_is(remote: Remote) -> None:
    remote.publish(b"PK\3\4" + bytes(5000))
    with pytest.raises(NotAModel, match=r"model\.Q4_K_M\.gguf is a"):
        remote.read()


@pytest.mark.parametrize("kind", [U32, STRING])
def test_a_header_that_claims_too_much_costs_no_more_than_the_limit(
    remote: Remote, monkeypatch: pytest.MonkeyPatch, kind: int
) -> None:
    monkeypatch.setattr(remote_header, "MOST_BYTES", 2 * MIB)
    item = struct.pack("<I", 7) if kind == U32 else text("abcdefgh")
    count = 3 * MIB // len(item)
    claim = text("many.things") + u32(ARRAY) + u32(kind) + u64(count) + item * count
    remote.publish(Gguf(extra=[claim]).build())
    with pytest.raises(HubError, match=r"is longer than 2\.1 MB"):
        remote.read()
    assert remote.sent_bytes() <= 2 * MIB


def test_a_file_that_ends_before_its_weights_is_damaged_there(remote: Remote, content: bytes) -> None:
    remote.publish(content[: len(content) // 2])
    with pytest.raises(HubError, match="damaged on the hub itself"):
        remote.read()


def test_a_model_on_the_hub_is_judged_as_the_same_file_here_is(
    remote: Remote, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "model.gguf").write_bytes(content)
    machine, settings = Machine(16 * GB, 8 * GB), Settings()
    here = estimate_headers([read_header(tmp_path / "model.gguf")], machine, settings)
    there = fit_on_hub(remote.hub, remote.hub.locate(REPO, FILE), machine, settings)
    assert there == here
    assert there.verdict is Verdict.FITS
    split = fit_on_hub(remote.hub, remote.hub.locate(REPO, FILE), machine, settings, size_bytes=20 * GB)
    assert split.verdict is Verdict.TOO_BIG
