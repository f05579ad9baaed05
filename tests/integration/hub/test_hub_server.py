"""The hub server of the tests does what it says, seen through plain sockets and through huggingface_hub."""

import hashlib
import http.client
import json
import os
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huggingface_hub import HfApi, hf_hub_download

from tests.hub_server import (
    ChangedEtag,
    CloseAtOnce,
    CutAfter,
    EndlessBody,
    FlipByte,
    HtmlPage,
    HubServer,
    IgnoreRange,
    JsonBody,
    LongBody,
    NoLength,
    RedirectLoop,
    SlowStart,
    Stall,
    Status,
    Trickle,
    WrongContentRange,
    WrongLength,
)

DATA = bytes(range(256)) * 40
Reply = tuple[int, dict[str, str], bytes]


def ask(address: str, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        connection.request(
            method, address.removeprefix(f"{parts.scheme}://{parts.netloc}"), headers=headers or {}
        )
        reply = connection.getresponse()
        try:
            body = reply.read()
        except http.client.IncompleteRead as exc:
            body = exc.partial
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, body
    finally:
        connection.close()


@pytest.fixture
def file_url(hub_server: HubServer) -> str:
    hub_server.add_repo("me/model", {"a.gguf": DATA, "README.md": b"# hello"})
    return signed(hub_server)


def signed(server: HubServer) -> str:
    return ask(f"{server.endpoint}/me/model/resolve/main/a.gguf", "HEAD")[1]["location"]


def test_a_large_file_is_sent_on_to_storage_with_its_hash_and_size(hub_server: HubServer) -> None:
    commit = hub_server.add_repo("me/model", {"a.gguf": DATA})
    status, headers, _ = ask(f"{hub_server.endpoint}/me/model/resolve/main/a.gguf", "HEAD")
    assert (status, headers["x-repo-commit"], headers["x-linked-size"]) == (302, commit, str(len(DATA)))
    assert headers["x-linked-etag"] == f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert headers["location"].startswith(hub_server.cdn)
    assert ask(headers["location"])[::2] == (200, DATA)


@pytest.mark.parametrize(
    ("asked", "start", "sent"),
    [
        ("bytes=5-", 5, DATA[5:]),
        ("bytes=5-9", 5, DATA[5:10]),
        ("bytes=-7", len(DATA) - 7, DATA[-7:]),
        ("bytes=0-99999999", 0, DATA),
    ],
)
def test_a_range_is_sent_with_its_place(
    hub_server: HubServer, file_url: str, asked: str, start: int, sent: bytes
) -> None:
    status, headers, body = ask(file_url, headers={"Range": asked})
    assert (status, body) == (206, sent)
    assert headers["content-range"] == f"bytes {start}-{start + len(sent) - 1}/{len(DATA)}"


def test_a_range_behind_the_end_is_refused(hub_server: HubServer, file_url: str) -> None:
    status, headers, _ = ask(file_url, headers={"Range": f"bytes={len(DATA)}-"})
    assert (status, headers["content-range"]) == (416, f"bytes */{len(DATA)}")


def test_a_range_of_another_version_gets_everything(hub_server: HubServer, file_url: str) -> None:
    etag = f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert ask(file_url, headers={"Range": "bytes=9-", "If-Range": etag})[0] == 206
    assert ask(file_url, headers={"Range": "bytes=9-", "If-Range": '"other"'})[0] == 200


def test_an_address_works_until_signatures_expire(hub_server: HubServer, file_url: str) -> None:
    assert ask(file_url)[0] == 200
    hub_server.expire_signatures()
    assert ask(file_url)[0] == 403
    assert ask(signed(hub_server))[0] == 200
    assert ask(file_url.split("?")[0])[0] == 403


def test_storage_refuses_a_token(hub_server: HubServer, file_url: str) -> None:
    assert ask(file_url, headers={"Authorization": "Bearer x"})[0] == 400


def test_an_earlier_commit_stays(hub_server: HubServer) -> None:
    first = hub_server.add_repo("me/model", {"notes.md": b"one"})
    hub_server.add_repo("me/model", {"notes.md": b"two"})
    url = f"{hub_server.endpoint}/me/model/resolve"
    assert ask(f"{url}/main/notes.md")[2] == b"two"
    assert ask(f"{url}/{first}/notes.md")[2] == b"one"
    hub_server.forget_commit("me/model", first)
    assert ask(f"{url}/{first}/notes.md")[1]["x-error-code"] == "RevisionNotFound"


def test_huggingface_hub_downloads_from_it(hub_server: HubServer, tmp_path: Path) -> None:
    hub_server.add_repo("me/model", {"a.gguf": DATA})
    got = hf_hub_download("me/model", "a.gguf", endpoint=hub_server.endpoint, local_dir=tmp_path, token=False)
    assert Path(got).read_bytes() == DATA
    assert [request.origin for request in hub_server.requests][-1] == "cdn"


def test_huggingface_hub_searches_over_several_pages() -> None:
    with HubServer(page_size=2) as server:
        for number in range(5):
            server.add_repo(f"me/model-{number}", {"a.gguf": DATA}, downloads=number, gguf={"total": 7})
        server.add_repo("me/other", {"a.gguf": DATA})
        api = HfApi(endpoint=server.endpoint, token=False)
        found = list(
            api.list_models(filter="gguf", search="model", sort="downloads", limit=4, expand=["gguf"])
        )
        assert [repo.id for repo in found] == ["me/model-4", "me/model-3", "me/model-2", "me/model-1"]
        assert found[0].gguf == {"total": 7}


def test_huggingface_hub_reads_sizes_and_hashes(hub_server: HubServer) -> None:
    commit = hub_server.add_repo("me/model", {"a.gguf": DATA, "README.md": b"#"})
    api = HfApi(endpoint=hub_server.endpoint, token=False)
    large, small = api.model_info("me/model", files_metadata=True).siblings or []
    assert large.lfs is not None
    assert (large.size, large.lfs.sha256) == (len(DATA), hashlib.sha256(DATA).hexdigest())
    assert small.lfs is None
    tree = list(api.list_repo_tree("me/model", recursive=True, revision=commit))
    assert {entry.path for entry in tree} == {"a.gguf", "README.md"}


def test_gated_and_private_repositories_open_for_those_let_in(hub_server: HubServer) -> None:
    hub_server.add_repo("me/gated", {"a.gguf": DATA}, gated=True)
    hub_server.add_repo("me/private", {"a.gguf": DATA}, private=True)
    hub_server.add_token("let-in", user="ann", accepted=["me/gated", "me/private"])
    hub_server.add_token("not-yet", user="bob")

    def code(repo: str, token: str | None) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        status, got, _ = ask(f"{hub_server.endpoint}/me/{repo}/resolve/main/a.gguf", "HEAD", headers)
        return status, got.get("x-error-code", "")

    assert code("gated", None) == (401, "GatedRepo")
    assert code("gated", "not-yet") == (403, "GatedRepo")
    assert code("gated", "let-in") == (302, "")
    assert code("private", None) == (401, "RepoNotFound")
    assert code("private", "not-yet") == (404, "RepoNotFound")
    assert code("private", "let-in") == (302, "")


def test_bodies_are_cut_stretched_and_spoiled(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(CutAfter(100))
    assert ask(file_url)[2] == DATA[:100]
    assert hub_server.requests[-1].sent_bytes == 100
    hub_server.fail(CutAfter(-1))
    assert ask(file_url, headers={"Range": "bytes=10-"})[2] == DATA[10:-1]
    hub_server.fail(WrongLength(by=5))
    assert ask(file_url)[1]["content-length"] == str(len(DATA) + 5)
    hub_server.fail(WrongLength(by=-5))
    assert ask(file_url)[2] == DATA[:-5]
    hub_server.fail(LongBody(3))
    assert ask(file_url)[2] == DATA + b"xxx"
    hub_server.fail(NoLength())
    assert "content-length" not in ask(file_url)[1]
    hub_server.fail(FlipByte(300))
    assert ask(file_url, headers={"Range": "bytes=0-299"})[2] == DATA[:300]
    assert ask(file_url, headers={"Range": "bytes=200-"})[2] == DATA[200:300] + b"\x6c" + DATA[301:]
    assert ask(file_url)[2] == DATA
    assert hub_server.fired() == 7


def test_a_reset_is_a_reset(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(CutAfter(0, reset=True), CloseAtOnce(reset=True))
    with pytest.raises(ConnectionResetError):
        ask(file_url)


def test_ranges_go_wrong(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(IgnoreRange())
    assert ask(file_url)[0] == 200
    assert hub_server.fired() == 0
    assert ask(file_url, headers={"Range": "bytes=5-"})[::2] == (200, DATA)
    hub_server.fail(WrongContentRange())
    _, headers, body = ask(file_url, headers={"Range": "bytes=5-8"})
    assert (headers["content-range"], body) == (f"bytes 6-9/{len(DATA)}", DATA[6:10])
    hub_server.fail(ChangedEtag())
    etag = f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert ask(file_url, headers={"Range": "bytes=5-", "If-Range": etag})[0] == 200


def test_waiting_faults_send_everything_in_the_end(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(Stall(50, 0.01))
    assert ask(file_url)[2] == DATA
    hub_server.fail(Trickle(1_000_000))
    assert ask(file_url)[2] == DATA
    hub_server.fail(SlowStart(0.01))
    assert ask(file_url)[2] == DATA
    assert hub_server.fired() == 3


def test_a_client_that_leaves_ends_a_stall(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(Stall(50, 600))
    parts = urlsplit(file_url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        hub_server.wait_for(lambda seen: seen[-1].sent_bytes == 50)
    hub_server.close()
    assert hub_server.requests[-1].sent_bytes == 50


def test_other_answers_come_from_the_origin_they_are_for(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(Status(429, {"Retry-After": "7"}, b"later"), origin="hub", skip=1)
    hub_server.fail(HtmlPage(), origin="cdn", times=None)
    api = f"{hub_server.endpoint}/api/models/me/model"
    assert [ask(api)[0] for _ in range(3)] == [200, 429, 200]
    assert [ask(file_url)[1]["content-type"] for _ in range(2)] == ["text/html; charset=utf-8"] * 2
    hub_server.no_more_faults()
    hub_server.fail(JsonBody([1]), origin="hub")
    assert json.loads(ask(api)[2]) == [1]


def test_redirects_go_round_or_end(hub_server: HubServer, file_url: str) -> None:
    hub_server.fail(RedirectLoop(hops=3))
    target = file_url
    for _ in range(4):
        status, headers, _ = ask(target)
        assert status == 302
        target = hub_server.cdn + headers["location"]
    assert ask(target)[::2] == (200, DATA)
    hub_server.fail(RedirectLoop())
    first = ask(file_url)[1]["location"]
    assert ask(hub_server.cdn + first)[1]["location"] == first


def test_an_endless_body_ends_with_the_client(hub_server: HubServer) -> None:
    hub_server.fail(EndlessBody(b"["), origin="hub")
    parts = urlsplit(hub_server.endpoint)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.sendall(b"GET /api/models HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.partition(b"\r\n\r\n")[2]:
            more = client.recv(1000)
            assert more, answer
            answer += more
    assert answer.startswith(b"HTTP/1.1 200")
    hub_server.close()
    assert hub_server.requests[-1].sent_bytes > 0


def test_chaos_is_the_same_for_a_seed() -> None:
    def drawn(seed: int) -> list[str]:
        with HubServer() as server:
            server.add_repo("me/model", {"a.gguf": DATA})
            server.chaos(seed, 0.5, [Status(500), Status(503), NoLength()])
            for _ in range(20):
                ask(f"{server.endpoint}/api/models/me/model")
            return [request.fault for request in server.requests]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 0 < sum(map(bool, drawn(1))) < 20


def test_a_file_on_disk_goes_out_whole(hub_server: HubServer, tmp_path: Path) -> None:
    path = tmp_path / "big.gguf"
    path.write_bytes(os.urandom(3_000_000))
    hub_server.add_repo("me/model", {"a.gguf": path})
    status, _, body = ask(signed(hub_server))
    assert (status, body) == (200, path.read_bytes())
    assert hub_server.requests[-1].sent_bytes == 3_000_000


def test_with_tls_only_those_who_know_the_authority_get_in() -> None:
    with HubServer(tls=True) as server:
        port = urlsplit(server.endpoint).port
        stranger = http.client.HTTPSConnection("127.0.0.1", port, timeout=60)
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.request("GET", "/api/models")
        context = ssl.create_default_context()
        server.authority.configure_trust(context)
        friend = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        friend.request("GET", "/api/models")
        assert friend.getresponse().read() == b"[]"
        friend.close()


def test_the_proxy_passes_on_or_refuses(hub_server: HubServer) -> None:
    parts = urlsplit(hub_server.proxy)

    def through() -> int:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        connection.request("GET", f"{hub_server.endpoint}/api/models")
        status = connection.getresponse().status
        connection.close()
        return status

    assert through() == 200
    hub_server.refuse_proxying = True
    assert through() == 407
