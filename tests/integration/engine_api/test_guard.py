"""The door of the API, tried on every route it has."""

import hmac
import json
import re
import socket

import httpx2
import pytest

from oa_desktop.engine.api.application import make_router
from oa_desktop.engine.api.guard import OPEN_PATH
from oa_desktop.engine.api.routes import Routes

TOKEN = "a-token-that-only-the-tests-know"
BAD_TOKENS = {
    "none": {},
    "wrong": {"Authorization": "Bearer something-else-of-the-same-kind"},
    "empty": {"Authorization": "Bearer "},
    "no scheme": {"Authorization": TOKEN},
    "prefix": {"Authorization": f"Bearer {TOKEN[:-1]}"},
    "longer": {"Authorization": f"Bearer {TOKEN}x"},
    "lower scheme": {"Authorization": f"bearer {TOKEN}"},
    "basic": {"Authorization": f"Basic {TOKEN}"},
    "other header": {"X-Api-Key": TOKEN},
    "cookie": {"Cookie": f"token={TOKEN}"},
}


def all_routes(engine):
    routes = make_router(engine.served).routes
    assert len(routes) >= 5
    return [(method, route.path) for route in routes for method in sorted(route.methods)]


def anonymous(engine):
    return httpx2.Client(base_url=f"http://127.0.0.1:{engine.port}", trust_env=False)


def raw_status(engine, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", engine.port), timeout=5) as connection:
        connection.sendall(request)
        answer = connection.recv(4096)
    return int(re.match(rb"HTTP/1\.1 (\d+)", answer)[1])


@pytest.mark.parametrize("headers", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
def test_e16_every_route_but_health_refuses_every_wrong_key(engine_once, headers):
    for method, path in [*all_routes(engine_once), ("GET", "/nothing/here"), ("OPTIONS", "/v1/models")]:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        expected = 200 if path == OPEN_PATH else 401
        assert raw_status(engine_once, "\r\n".join([*lines, "", ""]).encode()) == expected, (method, path)


def test_e16_a_refusal_tells_nothing_about_the_route(engine_once):
    with anonymous(engine_once) as http:
        bodies = {
            http.request(method, path).text for method, path in all_routes(engine_once) if path != OPEN_PATH
        }
        bodies.add(http.get("/nothing/here").text)
    assert len(bodies - {""}) == 1


def test_e16_a_key_in_the_address_opens_nothing(engine_once):
    with anonymous(engine_once) as http:
        for name in ("token", "key", "api_key", "access_token", "authorization"):
            assert http.get("/v1/models", params={name: TOKEN}).status_code == 401


def test_e16_two_keys_at_once_are_refused_even_when_one_is_right(engine_once):
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")]
    with anonymous(engine_once) as http:
        assert http.get("/v1/models", headers=headers).status_code == 401


def test_e16_the_time_of_a_refusal_does_not_tell_how_much_of_a_key_was_right(engine_once, monkeypatch):
    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda *both: compared.append(both) or compare(*both))
    with anonymous(engine_once) as http:
        for key in (TOKEN[:-1], "x" * len(TOKEN), TOKEN):
            http.get("/v1/models", headers={"Authorization": f"Bearer {key}"})
    assert len(compared) == 3


def test_e16_unknown_paths_are_404_only_with_the_key(engine_once):
    answer = engine_once.http.get("/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "not_found_error"
    assert engine_once.http.get("/health/").status_code == 404
    assert engine_once.http.post(OPEN_PATH, json={}).status_code == 405
    with anonymous(engine_once) as http:
        assert http.get("/health/").status_code == 401
        assert http.post(OPEN_PATH, json={}).status_code == 401


def test_health_says_nothing_but_its_status(engine_once):
    with anonymous(engine_once) as http:
        assert http.get(OPEN_PATH).json() == {"status": "ok"}


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "evil.com:{port}",
        "127.0.0.1.nip.io",
        "127.0.0.1.nip.io:{port}",
        "127.0.0.1:1",
        "localhost.",
        "0.0.0.0",
        "127.1",
        "localhost:{port}.evil.com",
        "printer.local",
        "192.168.0.7",
        "",
    ],
)
def test_e18_foreign_host_names_are_refused_on_every_route(engine_once, host):
    name = host.format(port=engine_once.port)
    for method, path in all_routes(engine_once):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {name}", f"Authorization: Bearer {TOKEN}", "", ""]
        assert raw_status(engine_once, "\r\n".join(lines).encode()) == 403, (method, path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_e18_own_names_are_accepted_with_and_without_the_port(engine_once, host):
    for name in (host, f"{host}:{engine_once.port}"):
        assert engine_once.http.get("/v1/models", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("hosts", [[], ["localhost", "localhost"], ["localhost", "evil.com"]])
def test_e18_absent_and_doubled_hosts_are_refused(engine_once, version, hosts):
    lines = [f"GET /v1/models HTTP/{version}", *(f"Host: {host}" for host in hosts)]
    request = "\r\n".join([*lines, f"Authorization: Bearer {TOKEN}", "", ""]).encode()
    assert raw_status(engine_once, request) == 403


@pytest.mark.parametrize("origin", ["https://evil.com", "null", "http://localhost", "", "file://"])
def test_e19_any_origin_is_refused_on_every_route(engine_once, origin):
    for method, path in [*all_routes(engine_once), ("OPTIONS", "/v1/chat/completions")]:
        assert engine_once.http.request(method, path, headers={"Origin": origin}).status_code == 403, (
            method,
            path,
        )


def test_e19_no_answer_ever_has_a_cors_header(engine_once):
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for method, path in [*all_routes(engine_once), ("OPTIONS", "/v1/chat/completions"), ("GET", "/nothing")]:
        for headers in ({}, {"Origin": "https://evil.com"}, preflight, {**preflight, "Origin": "null"}):
            answer = engine_once.http.request(method, path, headers=headers)
            assert not [name for name in answer.headers if name.lower().startswith("access-control")]
            assert "server" not in answer.headers


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
def test_e19_a_post_must_be_json_by_its_own_words(engine_once, kind):
    for method, path in all_routes(engine_once):
        if method == "POST":
            answer = engine_once.http.post(path, content=b"{}", headers={"Content-Type": kind})
            assert answer.status_code == 415


def test_e19_a_charset_does_not_make_it_something_else(engine_once):
    answer = engine_once.http.post(
        "/v1/chat/completions",
        content=json.dumps({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}),
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )
    assert answer.status_code == 200


def test_web_sockets_are_not_spoken(engine_once):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert engine_once.http.get("/v1/models", headers=upgrade).status_code in {200, 400}
    with anonymous(engine_once) as http:
        assert http.get("/v1/models", headers=upgrade).status_code in {400, 401}


def test_all_routes_are_known_to_this_test(engine_once):
    assert {route.path for route in Routes(engine_once.served).all()} == {
        "/health",
        "/v1/models",
        "/v1/models/{id:path}",
        "/v1/chat/completions",
        "/v1/completions",
        "/tokenize",
        "/metrics",
    }
