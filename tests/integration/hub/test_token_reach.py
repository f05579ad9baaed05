"""The token goes to the hub's own origin and nowhere else, and shows up nowhere."""

import logging
import traceback

import pytest
from huggingface_hub.utils import _http

from oa_desktop.hub.api import Hub
from oa_desktop.hub.errors import HubError
from tests.hub_server import CloseAtOnce, HubServer, JsonBody, Redirect, Status

TOKEN = "hf_SECRETsecret1234"
REPO, FILE = "me/model", "a.gguf"


@pytest.fixture
def hub(hub_server: HubServer) -> Hub:
    hub_server.add_repo(REPO, {FILE: b"GGUF"})
    hub_server.add_token(TOKEN, user="ann")
    return Hub(hub_server.endpoint, lambda: TOKEN)


def carriers(*servers: HubServer) -> set[str]:
    return {
        f"{server.endpoint} {request.origin}"
        for server in servers
        for request in server.requests
        if "authorization" in request.headers
    }


def test_d06_the_hub_is_shown_the_token_and_storage_is_not(hub_server: HubServer, hub: Hub) -> None:
    hub.search("model")
    hub.repo(REPO)
    assert hub.whoami() == "ann"
    location = hub.locate(REPO, FILE)
    assert all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in hub_server.requests)
    assert "Authorization" not in hub.download_headers(location.url)
    assert hub.download_headers(f"{hub_server.endpoint}/x")["Authorization"] == f"Bearer {TOKEN}"
    for other in (hub_server.cdn, "https://huggingface.co/x", "https://hf.co/x", "http://127.0.0.1:1/"):
        assert "Authorization" not in hub.download_headers(other)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_d10_a_redirect_to_another_origin_goes_without_the_token(
    hub_server: HubServer, hub: Hub, status: int
) -> None:
    with HubServer() as other:
        other.add_repo(REPO, {FILE: b"GGUF"})
        hub_server.fail(Redirect(f"{other.endpoint}/api/models/{REPO}", status), origin="hub")
        assert hub.repo(REPO).id == REPO
        hub_server.fail(Redirect(f"{other.endpoint}/{REPO}/resolve/main/{FILE}", status), origin="hub")
        hub.locate(REPO, FILE)
        assert other.requests
        assert carriers(hub_server, other) == {f"{hub_server.endpoint} hub"}


def test_d10_a_next_page_at_another_origin_goes_without_the_token(hub_server: HubServer, hub: Hub) -> None:
    with HubServer() as other:
        other.add_repo(REPO, {FILE: b"GGUF"})
        link = {"Link": f'<{other.endpoint}/api/models>; rel="next"', "Content-Type": "application/json"}
        hub_server.fail(Status(200, link, b"[]"), origin="hub")
        assert [repo.id for repo in hub.search("model")] == [REPO]
        assert carriers(hub_server, other) == {f"{hub_server.endpoint} hub"}


def test_d10_the_token_for_a_mirror_is_not_sent_to_the_usual_hub(
    hub_server: HubServer, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library counts some origins as "the hub" wherever it was sent; the other server plays such a one.
    with HubServer() as other:
        other.add_repo(REPO, {FILE: b"GGUF"})
        trusted = {*_http._HUB_ORIGINS, _http._url_origin(other.endpoint)}
        monkeypatch.setattr(_http, "_HUB_ORIGINS", frozenset(trusted))
        hub_server.fail(Redirect(f"{other.endpoint}/{REPO}/resolve/main/{FILE}"), origin="hub")
        assert hub.locate(REPO, FILE).size_bytes == 4
        assert other.seen("hub", "HEAD")
        assert carriers(hub_server, other) == {f"{hub_server.endpoint} hub"}


def test_d06_a_token_of_the_machine_is_not_sent_unasked(
    hub_server: HubServer, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    stranger = Hub(hub_server.endpoint)
    stranger.search("model")
    stranger.locate(REPO, FILE)
    assert carriers(hub_server) == set()


def test_d06_no_token_goes_over_a_line_others_can_read() -> None:
    hub = Hub("http://mirror.example", lambda: TOKEN)
    assert "Authorization" not in hub.download_headers("http://mirror.example/x")


@pytest.mark.parametrize(
    "fault", [Status(401), Status(403), Status(500), CloseAtOnce(), JsonBody([1]), Redirect("file:///x")]
)
def test_d06_the_token_is_in_no_error_and_no_log(
    hub_server: HubServer, hub: Hub, fault: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hub_server.fail(fault, origin="hub", times=None)
    questions = [
        lambda: hub.repo(REPO),
        lambda: hub.search("model"),
        lambda: hub.locate(REPO, FILE),
        hub.whoami,
    ]
    for question in questions:
        with pytest.raises(HubError) as caught:
            question()
        error = caught.value
        told = [error.sentence, error.detail, repr(error), repr(hub), *traceback.format_exception(error)]
        cause: BaseException | None = error
        while cause is not None:
            told += [repr(cause), repr(cause.args), repr(vars(cause))]
            assert cause is not cause.__cause__
            cause = cause.__cause__ or cause.__context__
        assert not [text for text in (*told, *caplog.messages) if "SECRET" in text]


def test_what_a_person_looks_for_is_in_no_log(
    hub_server: HubServer, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hub.search("what nobody should know")
    assert any("nobody" in request.target for request in hub_server.requests)
    assert "nobody" not in caplog.text


@pytest.mark.parametrize("token", ["two words", "hf_\r\nX-Evil: 1", "hf_ä", "x" * 2000])
def test_what_cannot_be_a_token_is_not_sent(hub_server: HubServer, token: str) -> None:
    hub = Hub(hub_server.endpoint, lambda: token)
    for question in (lambda: hub.repo(REPO), hub.whoami, lambda: hub.download_headers(hub_server.endpoint)):
        with pytest.raises(HubError) as caught:
            question()
        assert caught.value.code == "token-invalid"
        assert token not in caught.value.sentence + caught.value.detail
    assert hub_server.requests == []
