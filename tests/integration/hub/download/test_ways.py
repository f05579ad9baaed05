"""The way to the bytes: proxies of the environment, encryption, and what is sent to whom."""

import base64
import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3

from oa_desktop.hub.api import Hub
from oa_desktop.hub.download.connection import Connections
from oa_desktop.hub.download.fetch import Wanted, fetch
from oa_desktop.hub.download.part_note import Source
from oa_desktop.hub.errors import HubUnreachable
from tests.hub_server import (
    BrokenHeader,
    CutAfter,
    ExpiredSignature,
    HubServer,
    Redirect,
    Status,
    WrongContentRange,
)

from .conftest import FILE, QUICK, REPO, Bench

TOKEN = "hf_" + "s3cret" * 5

pytestmark = pytest.mark.usefixtures("own_client")


def test_d06_the_token_goes_to_the_hub_and_never_to_its_storage(bench: Bench) -> None:
    bench.server.add_token(TOKEN, accepted=[REPO])
    bench.hub = Hub(bench.server.endpoint, token=lambda: TOKEN)
    bench.download()
    assert bench.is_right()
    sent = {request.origin: request.headers.get("authorization") for request in bench.server.requests}
    assert sent["hub"] == f"Bearer {TOKEN}"
    assert sent["cdn"] is None
    assert TOKEN not in "".join(str(progress) for progress in bench.told)


def test_a_proxy_of_the_environment_is_used(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    monkeypatch.setenv("http_proxy", bench.server.proxy)
    bench.parts.mkdir(parents=True)
    fetch(bench.hub, Wanted(location, bench.target), bench.parts, bench.control(), bench.tuning)
    assert bench.is_right()
    assert bench.server.seen("proxy", "GET")


@pytest.mark.parametrize("written", ["{}", "http://{}", "HTTP://{}", "http://some%40one:p%3Aw@{}"])
def test_a_proxy_is_understood_however_it_is_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    monkeypatch.setenv("http_proxy", written.format(bench.server.proxy.removeprefix("http://")))
    bench.parts.mkdir(parents=True)
    fetch(bench.hub, Wanted(location, bench.target), bench.parts, bench.control(), bench.tuning)
    assert bench.is_right()
    (asked,) = bench.server.seen("proxy", "GET")
    login = asked.headers.get("proxy-authorization", "").removeprefix("Basic ")
    assert base64.b64decode(login) == (b"some@one:p:w" if "@" in written else b"")


def test_a_proxy_that_refuses_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    bench.parts.mkdir(parents=True)
    quick = replace(bench.tuning, attempts=1)
    with pytest.raises(HubUnreachable, match=r"proxy|reached"):
        fetch(bench.hub, Wanted(location, bench.target), bench.parts, bench.control(), quick)


def test_a_proxy_of_a_kind_nobody_speaks_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    bench.parts.mkdir(parents=True)
    quick = replace(bench.tuning, attempts=1)
    with pytest.raises(HubUnreachable, match="proxy of the kind socks5"):
        fetch(bench.hub, Wanted(location, bench.target), bench.parts, bench.control(), quick)


def test_a_certificate_that_nobody_vouches_for_is_told(bench: Bench, content: bytes) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    with HubServer(tls=True) as secret:
        elsewhere = replace(location, url=secret.cdn + "/objects/x")
        bench.parts.mkdir(parents=True)
        quick = replace(bench.tuning, attempts=1)
        with pytest.raises(HubUnreachable) as caught:
            fetch(bench.hub, Wanted(elsewhere, bench.target), bench.parts, bench.control(), quick)
    assert caught.value.code == "hub-tls"
    assert "certificate" in caught.value.title


def test_a_certificate_the_system_trusts_is_trusted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with HubServer(tls=True) as secret:
        assert secret.authority is not None
        trusted = tmp_path / "authority.pem"
        secret.authority.cert_pem.write_to_path(trusted)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        secret.add_repo(REPO, {FILE: bench.content})
        bench.server, bench.hub = secret, Hub(secret.endpoint)
        bench.download()
    assert bench.is_right()


def test_a_connection_may_be_interrupted_when_it_has_brought_everything(bench: Bench) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    connections, size = Connections(bench.server.endpoint, QUICK), len(bench.content)
    body = connections.open(location.url, bench.hub.download_headers, 0, size, size, Source())
    while body.read(1 << 20):
        pass
    body.interrupt()
    body.close()
    connections.close()


def test_a_request_that_was_left_behind_does_not_disturb_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = bench.hub.locate(REPO, FILE, "main")
    connections, size = Connections(bench.server.endpoint, QUICK), len(bench.content)
    clear, late = urllib3.PoolManager.clear, threading.Event()

    def ask() -> None:
        connections.open(location.url, bench.hub.download_headers, 0, size, size, Source()).close()

    def asked_meanwhile(pool: urllib3.PoolManager) -> None:
        if not late.is_set():
            late.set()
            monkeypatch.setenv("http_proxy", bench.server.proxy)
            ask()
        clear(pool)

    ask()
    monkeypatch.setattr(urllib3.PoolManager, "clear", asked_meanwhile)
    connections.close()
    assert late.is_set()
    assert bench.server.seen("proxy", "GET")


def test_no_signed_address_gets_into_the_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench.server.fail(BrokenHeader(), CutAfter(1_000_000))
    bench.server.fail(Status(503))
    bench.server.fail(WrongContentRange())
    bench.server.fail(ExpiredSignature(), Redirect("/elsewhere?sig=1"))
    bench.download()
    assert bench.is_right()
    assert bench.server.fired() > 2
    assert any("sig=" in request.target for request in bench.server.requests)
    assert "sig=" not in caplog.text
