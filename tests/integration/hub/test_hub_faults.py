"""What goes wrong on the way to the hub ends in one sentence, soon, and without asking on and on."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from huggingface_hub import close_session

from oa_desktop.errors import OaError
from oa_desktop.hub.api import Hub
from oa_desktop.hub.errors import GatedRepo, HubBusy, HubError, HubOffline, HubUnreachable, NotFoundOnHub
from tests.hub_server import (
    CloseAtOnce,
    CutAfter,
    Fault,
    HtmlPage,
    HubServer,
    NoCommit,
    Redirect,
    RedirectLoop,
    SlowStart,
    Status,
    Trickle,
)

REPO, FILE = "me/model", "a.Q4_K_M.gguf"
DEADLINE_S = 60
QUESTIONS: dict[str, Callable[[Hub], object]] = {
    "search": lambda hub: hub.search("model"),
    "repo": lambda hub: hub.repo(REPO),
    "locate": lambda hub: hub.locate(REPO, FILE),
}
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


@pytest.fixture
def hub(hub_server: HubServer) -> Hub:
    hub_server.add_repo(REPO, {FILE: b"GGUF" + bytes(500), "README.md": b"#"})
    return Hub(hub_server.endpoint)


def trouble(question: Callable[[], object], kind: type[HubError] = HubError) -> HubError:
    """The error of a question, made sure to be fit for a person."""
    with pytest.raises(OaError) as caught:
        question()
    error = caught.value
    assert isinstance(error, kind)
    assert error.hint
    assert "\n" not in error.sentence
    assert not {"Traceback", "httpx", "huggingface_hub", "Error("} & set(error.sentence.split())
    return error


def test_d06_a_gated_repository_says_where_its_terms_are_accepted(hub_server: HubServer) -> None:
    hub_server.add_repo("meta/gated", {FILE: b"GGUF"}, gated="manual")
    hub_server.add_token("hf_not_yet_let_in", user="ann")
    page = f"{hub_server.endpoint}/meta/gated"
    stranger = trouble(lambda: Hub(hub_server.endpoint).locate("meta/gated", FILE), GatedRepo)
    assert stranger.code == "repo-gated"
    assert page in stranger.hint
    assert "/settings/tokens" in stranger.hint
    known = Hub(hub_server.endpoint, lambda: "hf_not_yet_let_in")
    waiting = trouble(lambda: known.locate("meta/gated", FILE), GatedRepo)
    assert page in waiting.hint
    assert "/settings/tokens" not in waiting.hint
    assert known.repo("meta/gated").gated


def test_d06_a_gated_repository_opens_for_those_let_in(hub_server: HubServer) -> None:
    hub_server.add_repo("meta/gated", {FILE: b"GGUF"}, gated=True)
    hub_server.add_token("hf_let_in", accepted=["meta/gated"])
    hub = Hub(hub_server.endpoint, lambda: "hf_let_in")
    assert hub.locate("meta/gated", FILE).size_bytes == 4


def test_d06_a_private_repository_is_hidden_from_others(hub_server: HubServer) -> None:
    hub_server.add_repo("me/private", {FILE: b"GGUF"}, private=True)
    hub_server.add_token("hf_other")
    for token in (None, "hf_other"):
        hub = Hub(hub_server.endpoint, lambda token=token: token)
        for question in (
            lambda hub=hub: hub.repo("me/private"),
            lambda hub=hub: hub.locate("me/private", FILE),
        ):
            assert trouble(question, NotFoundOnHub).code == "repo-not-found"
        assert hub.search("private") == ()


@every_question
def test_d06_a_bare_401_asks_for_a_token_or_a_better_one(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    hub_server.fail(Status(401), origin="hub", times=None)
    assert trouble(lambda: question(hub)).code in ("repo-not-found", "token-refused")
    with_token = Hub(hub_server.endpoint, lambda: "hf_old")
    assert trouble(lambda: question(with_token)).code == "token-refused"


@every_question
def test_d06_a_token_the_hub_does_not_know_is_named_as_the_reason(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    headers = {"X-Error-Message": "Invalid credentials in Authorization header"}
    hub_server.fail(Status(401, {**headers, "X-Error-Code": "RepoNotFound"}), origin="hub", times=None)
    error = trouble(lambda: question(Hub(hub_server.endpoint, lambda: "hf_old")))
    assert error.code == "token-refused"
    assert "/settings/tokens" in error.hint


@every_question
def test_d06_a_bare_403_is_a_refusal(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    hub_server.fail(Status(403), origin="hub", times=None)
    assert trouble(lambda: question(hub)).code == "hub-refused"


def test_d06_whose_the_token_is(hub_server: HubServer) -> None:
    hub_server.add_token("hf_mine", user="ann")
    assert Hub(hub_server.endpoint, lambda: "hf_mine").whoami() == "ann"
    assert Hub(hub_server.endpoint).whoami("hf_mine") == "ann"
    assert Hub(hub_server.endpoint).whoami() is None
    assert trouble(Hub(hub_server.endpoint, lambda: "hf_other").whoami).code == "token-refused"


def test_d07_what_is_gone_is_said_to_be_gone(hub_server: HubServer, hub: Hub) -> None:
    commit = hub.repo(REPO).commit
    assert trouble(lambda: hub.locate(REPO, "b.gguf"), NotFoundOnHub).code == "file-not-found"
    assert trouble(lambda: hub.repo(REPO, "0" * 40), NotFoundOnHub).code == "revision-not-found"
    hub_server.add_repo(REPO, {"other.gguf": b"GGUF"})
    hub_server.forget_commit(REPO, commit)
    assert trouble(lambda: hub.locate(REPO, FILE, commit), NotFoundOnHub).code == "revision-not-found"
    hub_server.remove_repo(REPO)
    for name, question in QUESTIONS.items():
        if name != "search":
            assert trouble(lambda question=question: question(hub), NotFoundOnHub).code == "repo-not-found"


def test_d07_a_repository_the_hub_closed(hub_server: HubServer) -> None:
    hub_server.add_repo("me/closed", {FILE: b"GGUF"}, disabled=True)
    hub = Hub(hub_server.endpoint)
    for question in (lambda: hub.repo("me/closed"), lambda: hub.locate("me/closed", FILE)):
        assert trouble(question, NotFoundOnHub).code == "repo-disabled"


@every_question
def test_d07_a_404_without_a_code(hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]) -> None:
    hub_server.fail(Status(404), origin="hub", times=None)
    assert trouble(lambda: question(hub), NotFoundOnHub)


@pytest.mark.parametrize(
    "name", ["", "a/b/c", "../x", "a--b/c", "/etc/passwd", "x" * 200, "a b", "ä/ö", "a/b\0"]
)
def test_d07_what_cannot_be_a_repository_is_not_asked_for(hub_server: HubServer, hub: Hub, name: str) -> None:
    for question in (lambda: hub.repo(name), lambda: hub.locate(name, FILE)):
        error = trouble(question, NotFoundOnHub)
        assert error.code == "repo-name-invalid"
        assert error.sentence.isprintable()
    assert hub_server.requests == []


@every_question
def test_d09_too_many_requests_says_how_long_to_wait(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    hub_server.fail(Status(429, {"Retry-After": "7"}), origin="hub", times=None)
    error = trouble(lambda: question(hub), HubBusy)
    assert isinstance(error, HubBusy)
    assert (error.code, error.wait_s) == ("hub-rate-limit", 7)
    assert len(hub_server.requests) == 1


def test_d09_the_wait_may_be_a_date_or_a_rate_limit_or_absent(hub_server: HubServer, hub: Hub) -> None:
    def told(headers: dict[str, str], code: int = 429) -> float | None:
        hub_server.fail(Status(code, headers), origin="hub")
        error = trouble(lambda: hub.repo(REPO), HubBusy)
        assert isinstance(error, HubBusy)
        return error.wait_s

    date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    assert 60 < (told({"Retry-After": date}) or 0) <= 120
    assert told({"Retry-After": format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)}) == 0
    assert told({"RateLimit": '"api";r=0;t=55'}) == 55
    assert told({"RateLimit": '"api";r=9;t=55'}) is None
    assert told({}) is None
    assert told({"Retry-After": "soon"}) is None
    assert told({"Retry-After": "-3"}) is None
    assert told({"Retry-After": "3"}, 503) == 3
    assert told({}, 500) is None


@every_question
@pytest.mark.parametrize("code", [408, 500, 502, 503, 504])
def test_d09_trouble_of_the_hub_is_told_after_one_try(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object], code: int
) -> None:
    hub_server.fail(Status(code, {}, b'{"error": ["x"]}'), origin="hub", times=None)
    assert trouble(lambda: question(hub), HubBusy).code == "hub-busy"
    assert len(hub_server.requests) == 1


@every_question
def test_d10_redirects_in_circles_end(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    hub_server.fail(RedirectLoop(), origin="hub")
    assert trouble(lambda: question(hub)).code == "redirect-refused"
    hub_server.fail(RedirectLoop(hops=30), origin="hub")
    assert trouble(lambda: question(hub)).code == "redirect-refused"
    assert len(hub_server.requests) <= 12


@every_question
def test_d10_a_few_redirects_are_followed(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    hub_server.fail(RedirectLoop(hops=2), origin="hub")
    assert question(hub)


@every_question
@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "http://example.com/x",
        "ftp://127.0.0.1/x",
        "https://u:p@example.com/",
    ],
)
def test_d10_addresses_that_are_not_allowed_are_not_followed(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object], target: str
) -> None:
    hub_server.fail(Redirect(target), origin="hub")
    assert trouble(lambda: question(hub)).code == "redirect-refused"


@every_question
def test_d10_an_address_nobody_can_read_is_not_followed(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]
) -> None:
    hub_server.fail(Redirect("http://["), origin="hub")
    assert trouble(lambda: question(hub)).code == "hub-answer-unreadable"


def test_d10_a_next_page_at_an_address_that_is_not_allowed(hub_server: HubServer, hub: Hub) -> None:
    link = {"Link": '<http://example.com/api/models>; rel="next"', "Content-Type": "application/json"}
    hub_server.fail(Status(200, link, b"[]"), origin="hub")
    assert trouble(lambda: hub.search("model")).code == "redirect-refused"


def test_d11_a_log_in_page_is_not_taken_for_the_hub(hub_server: HubServer, hub: Hub) -> None:
    hub_server.fail(HtmlPage(), origin="hub", times=None)
    for question in QUESTIONS.values():
        error = trouble(lambda question=question: question(hub))
        assert error.code == "hub-answer-unreadable"
        assert "login" in error.hint


def test_an_answer_without_its_commit_is_not_used(hub_server: HubServer, hub: Hub) -> None:
    hub_server.fail(NoCommit(), origin="hub", method="HEAD")
    assert trouble(lambda: hub.locate(REPO, FILE)).code == "hub-answer-unreadable"


@every_question
@pytest.mark.parametrize("fault", [CloseAtOnce(), CloseAtOnce(reset=True)])
def test_a_connection_that_breaks_once_is_not_even_noticed(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object], fault: Fault
) -> None:
    hub_server.fail(fault, origin="hub")
    assert question(hub)
    hub_server.fail(fault, origin="hub", times=None)
    assert trouble(lambda: question(hub), HubUnreachable).code == "hub-cut"
    assert len(hub_server.requests) == 4


def test_an_answer_that_is_cut_is_asked_for_once_more(hub_server: HubServer, hub: Hub) -> None:
    hub_server.fail(CutAfter(20), origin="hub")
    assert hub.repo(REPO).files
    hub_server.fail(CutAfter(20), origin="hub", times=None)
    assert trouble(lambda: hub.repo(REPO), HubUnreachable).code == "hub-cut"


@every_question
def test_silence_ends_soon(hub_server: HubServer, hub: Hub, question: Callable[[Hub], object]) -> None:
    hub_server.fail(SlowStart(3600), origin="hub", times=None)
    hasty = Hub(hub_server.endpoint, silence_s=0.3, whole_s=3600)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(trouble, lambda: question(hasty), HubUnreachable)
        assert asked.result(DEADLINE_S).code == "hub-silent"
    assert len(hub_server.requests) == 1


def test_a_trickle_ends_too(hub_server: HubServer) -> None:
    hub_server.add_repo(REPO, {FILE: b"GGUF"})
    hub_server.fail(Trickle(20), origin="hub", times=None)
    hub = Hub(hub_server.endpoint, silence_s=5, whole_s=0.3)
    assert trouble(lambda: hub.repo(REPO), HubUnreachable).code == "hub-silent"


@every_question
def test_nobody_listens(question: Callable[[Hub], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    hub = Hub(f"http://127.0.0.1:{port}")
    assert trouble(lambda: question(hub), HubUnreachable).code == "hub-unreachable"


@every_question
def test_a_name_nobody_knows(question: Callable[[Hub], object]) -> None:
    error = trouble(lambda: question(Hub("https://hub.invalid")), HubUnreachable)
    assert error.code == "hub-unreachable"
    assert "hub.invalid" in error.title


@pytest.mark.usefixtures("own_client")
def test_tls_that_fails_and_tls_that_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HubServer(tls=True) as server:
        server.add_repo(REPO, {FILE: b"GGUF"})
        hub = Hub(server.endpoint)
        for question in QUESTIONS.values():
            assert trouble(lambda question=question: question(hub), HubUnreachable).code == "hub-tls"
        assert server.requests == []
        assert server.authority is not None
        known = tmp_path / "authority.pem"
        server.authority.cert_pem.write_to_path(str(known))
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        close_session()
        assert hub.locate(REPO, FILE).size_bytes == 4


@pytest.mark.usefixtures("own_client")
@every_question
def test_a_proxy_that_refuses(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_server.refuse_proxying = True
    monkeypatch.setenv("HTTP_PROXY", hub_server.proxy)
    monkeypatch.setenv("HTTPS_PROXY", hub_server.proxy)
    assert trouble(lambda: question(hub), HubUnreachable).code == "hub-proxy"
    assert trouble(lambda: question(Hub("https://hub.invalid")), HubUnreachable).code == "hub-proxy"


@pytest.mark.usefixtures("own_client")
def test_a_proxy_that_is_not_there_is_named_and_not_the_hub(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    error = trouble(lambda: hub.repo(REPO), HubUnreachable)
    assert (error.code, "The proxy on the way" in error.title) == ("hub-proxy", True)


@pytest.mark.usefixtures("own_client")
@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://secret@x"])
def test_a_proxy_the_app_cannot_use(hub: Hub, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    error = trouble(lambda: hub.repo(REPO), HubUnreachable)
    assert error.code == "hub-proxy"
    assert "secret" not in error.detail + error.sentence


@every_question
def test_offline_is_offline(
    hub_server: HubServer, hub: Hub, question: Callable[[Hub], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Hub(hub_server.endpoint, offline=lambda: True)
    assert trouble(lambda: question(told), HubOffline).code == "hub-offline"
    assert "settings.toml" in trouble(lambda: question(told), HubOffline).hint
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert trouble(lambda: question(hub), HubOffline).code == "hub-offline"
    assert "HF_HUB_OFFLINE" in trouble(lambda: question(hub), HubOffline).hint
    assert hub_server.requests == []
    monkeypatch.delenv("HF_HUB_OFFLINE")
    assert question(hub)


def test_a_variable_the_library_cannot_read() -> None:
    program = """if True:
        from oa_desktop.hub.api import Hub
        from oa_desktop.hub.errors import HubError
        try:
            Hub("http://127.0.0.1:1").repo("a/b")
        except HubError as exc:
            print(exc.code)
    """
    environment = {**os.environ, "HF_HUB_ETAG_TIMEOUT": "soon"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("hub-environment\n", "")


def test_an_address_of_the_hub_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "huggingface")
    assert trouble(Hub).code == "endpoint-invalid"
