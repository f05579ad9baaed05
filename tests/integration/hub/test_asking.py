"""What the hub tells, read through huggingface_hub into our values."""

import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huggingface_hub import close_session

from oa_desktop import __version__
from oa_desktop.hub.api import SORTS, Hub
from oa_desktop.hub.errors import GatedRepo
from oa_desktop.hub.repo_files import FileRole, group_files
from tests.hub_server import HubServer, Redirect, Status

MODEL = b"GGUF" + bytes(1000)
LLAMA = {"total": 1_100_000_000, "architecture": "llama", "context_length": 2048, "chat_template": "{{x}}"}


def filled(server: HubServer) -> Hub:
    files = {
        "tiny.Q2_K.gguf": MODEL,
        "tiny.Q8_0.gguf": MODEL * 2,
        "mmproj-f16.gguf": MODEL,
        "README.md": b"# hi",
    }
    server.add_repo(
        "ann/tiny-chat-GGUF",
        files,
        downloads=70,
        likes=3,
        languages=("en", "de"),
        gguf=LLAMA,
        updated="2026-05-06T07:08:09.000Z",
        tags=("dataset:OpenAssistant/oasst2", "rl"),
    )
    server.add_repo(
        "bob/large-chat-GGUF",
        {"large.Q4_K_M.gguf": MODEL},
        downloads=900,
        likes=1,
        licence="llama2",
        gguf={**LLAMA, "total": 70_000_000_000},
        updated="2025-05-06T07:08:09.000Z",
    )
    server.add_repo("cleo/chat-GGUF", {"c.gguf": MODEL}, downloads=1, likes=9, gated="auto")
    return Hub(server.endpoint)


def test_a_search_tells_what_a_person_chooses_by(hub_server: HubServer) -> None:
    found = filled(hub_server).search("  tiny chat ")
    assert [repo.id for repo in found] == ["ann/tiny-chat-GGUF"]
    (repo,) = found
    assert (repo.downloads, repo.likes, repo.licence, repo.gated) == (70, 3, "apache-2.0", False)
    assert repo.updated == datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert repo.languages == ("en", "de")
    assert (repo.parameters, repo.architecture, repo.context_tokens) == (1_100_000_000, "llama", 2048)
    assert repo.model_file_names == ("tiny.Q2_K.gguf", "tiny.Q8_0.gguf")


@pytest.mark.parametrize(
    ("sort", "first"),
    [("downloads", "bob/large-chat-GGUF"), ("likes", "cleo/chat-GGUF"), ("updated", "ann/tiny-chat-GGUF")],
)
def test_a_search_is_in_the_order_asked_for(hub_server: HubServer, sort: str, first: str) -> None:
    assert filled(hub_server).search("chat", sort=sort)[0].id == first


def test_c04_broken_text_is_searched_for_as_far_as_it_is_text(hub_server: HubServer) -> None:
    hub_server.add_repo("me/Tiny-GGUF", {"tiny.gguf": b"x"})
    assert Hub(hub_server.endpoint).search("tiny\udcff") == ()
    assert hub_server.requests[-1].query["search"] == ["tiny?"]


def test_every_order_is_one_the_library_knows(hub_server: HubServer) -> None:
    hub = filled(hub_server)
    for sort in SORTS:
        assert len(hub.search("chat", sort=sort)) == 3


def test_only_what_can_fit_is_found_when_asked_for(hub_server: HubServer) -> None:
    hub = filled(hub_server)
    small = hub.search("chat", largest_bytes=8_000_000_000)
    assert [repo.id for repo in small] == ["ann/tiny-chat-GGUF", "cleo/chat-GGUF"]
    assert hub.search("chat", largest_bytes=1_000_000)[0].id == "cleo/chat-GGUF"
    assert len(hub.search("chat", largest_bytes=80_000_000_000)) == 3


def test_a_search_reads_page_after_page_up_to_its_limit() -> None:
    with HubServer(page_size=3) as server:
        for number in range(10):
            server.add_repo(f"me/model-{number}", {"a.gguf": MODEL}, downloads=number)
        hub = Hub(server.endpoint)
        assert [repo.downloads for repo in hub.search("model", limit=5)] == [9, 8, 7, 6, 5]
        assert len(server.seen("hub", "GET", "/api/models")) == 2


def test_a_repository_tells_its_files_with_sizes_and_hashes(hub_server: HubServer) -> None:
    hub = filled(hub_server)
    details = hub.repo("ann/tiny-chat-GGUF")
    assert (details.licence, details.gated, details.downloads) == ("apache-2.0", False, 70)
    assert details.page == f"{hub_server.endpoint}/ann/tiny-chat-GGUF"
    assert details.parameters == 1_100_000_000
    sizes = {file.path: (file.size_bytes, file.sha256) for file in details.files}
    assert sizes["tiny.Q8_0.gguf"] == (2008, hashlib.sha256(MODEL * 2).hexdigest())
    assert sizes["README.md"] == (4, None)
    models = group_files(details.files)
    assert [(model.name, model.quantisation) for model in models if model.kind is FileRole.MODEL] == [
        ("tiny.Q2_K.gguf", "Q2_K"),
        ("tiny.Q8_0.gguf", "Q8_0"),
    ]


def test_an_earlier_commit_can_be_asked_for(hub_server: HubServer) -> None:
    first = hub_server.add_repo("me/model", {"a.gguf": MODEL})
    second = hub_server.add_repo("me/model", {"a.gguf": MODEL + b"new"})
    hub = Hub(hub_server.endpoint)
    assert (hub.repo("me/model").commit, hub.repo("me/model", first).commit) == (second, first)
    assert hub.repo("me/model", first).files[0].size_bytes == len(MODEL)
    assert hub.locate("me/model", "a.gguf", first).commit == first


def test_the_licence_leads_to_its_text(hub_server: HubServer) -> None:
    hub = Hub(hub_server.endpoint)

    def of(**facts: str) -> tuple[str, str]:
        hub_server.add_repo("me/model", {"a.gguf": MODEL}, **facts)
        details = hub.repo("me/model")
        return details.licence, details.licence_notice_url.removeprefix(hub_server.endpoint)

    assert of(licence="mit") == ("mit", "/me/model")
    assert of(licence="other", licence_name="lfm1.0", licence_link="LICENSE") == (
        "lfm1.0",
        "/me/model/blob/main/LICENSE",
    )
    assert of(licence="gemma", licence_link="https://ai.google.dev/gemma/terms")[1] == (
        "https://ai.google.dev/gemma/terms"
    )
    assert of(licence_link="javascript:alert(1)")[1] == "/me/model"
    assert of(licence_link="//evil.example/x")[1] == "/me/model"
    assert of(licence_link="../../settings/tokens")[1] == "/me/model"
    assert of(licence="other") == ("other", "/me/model")


def test_a_file_is_located_with_all_it_takes_to_check_it(hub_server: HubServer) -> None:
    before = time.monotonic()
    commit = hub_server.add_repo("me/model", {"a b/ü#?.gguf": MODEL, "notes.md": b"hi"})
    hub = Hub(hub_server.endpoint)
    location = hub.locate("me/model", "a b/ü#?.gguf")
    assert (location.commit, location.size_bytes) == (commit, len(MODEL))
    assert location.sha256 == hashlib.sha256(MODEL).hexdigest()
    assert location.url.startswith(hub_server.cdn)
    assert before <= location.resolved_at <= time.monotonic()
    assert "sig=" not in repr(location)
    small = hub.locate("me/model", "notes.md")
    assert (small.size_bytes, small.sha256) == (2, None)
    assert small.url.startswith(hub_server.endpoint)


def test_every_location_is_signed_anew(hub_server: HubServer) -> None:
    hub_server.add_repo("me/model", {"a.gguf": MODEL})
    hub = Hub(hub_server.endpoint)
    assert hub.locate("me/model", "a.gguf").url != hub.locate("me/model", "a.gguf").url


def test_the_hub_learns_who_asks_and_nothing_about_the_machine(hub_server: HubServer) -> None:
    hub = filled(hub_server)
    hub.search("chat")
    hub.repo("ann/tiny-chat-GGUF")
    hub.locate("ann/tiny-chat-GGUF", "tiny.Q2_K.gguf")
    for request in hub_server.requests:
        agent = request.headers["user-agent"]
        assert agent.startswith("oa_desktop/")
        assert {word.split("/")[0].strip() for word in agent.split(";")} == {"oa_desktop", "hf_hub", "python"}
        assert "cookie" not in request.headers
        assert "authorization" not in request.headers
    assert {request.path for request in hub_server.requests} == {
        "/api/models",
        "/api/models/ann/tiny-chat-GGUF/revision/main",
        "/ann/tiny-chat-GGUF/resolve/main/tiny.Q2_K.gguf",
    }
    assert hub.download_headers(hub_server.endpoint) == {"User-Agent": f"oa_desktop/{__version__}"}


def test_a_first_start_asks_for_nothing_more_and_says_nothing(hub_server: HubServer, tmp_path: Path) -> None:
    filled(hub_server)
    told = ("DO_NOT_TRACK", "DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY")
    environment = {name: value for name, value in os.environ.items() if name not in told}
    environment |= {"HF_HOME": str(tmp_path), "HF_ENDPOINT": hub_server.endpoint, "AI_AGENT": "somebody"}
    hub_server.fail(Status(200, {"X-HF-Warning": "topic; \x1b[31mupgrade now"}, b"[]"), origin="hub")
    program = (
        "from oa_desktop.hub.api import Hub; hub = Hub(); "
        "print(len(hub.search('chat')), len(hub.search('chat')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("0 3", "")
    assert [request.path for request in hub_server.requests] == ["/api/models", "/api/models"]
    assert "agent/" not in hub_server.requests[0].headers["user-agent"]
    assert list(tmp_path.iterdir()) == []


def test_a_cookie_of_the_hub_is_not_brought_back(hub_server: HubServer) -> None:
    hub = filled(hub_server)
    hub_server.fail(Status(200, {"Set-Cookie": "visitor=7; Path=/"}, b"[]"), origin="hub")
    assert hub.search("chat") == ()
    assert len(hub.search("chat")) == 3
    assert [request.headers.get("cookie") for request in hub_server.requests] == [None, None]


def test_the_hub_of_the_environment_is_asked(hub_server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(hub_server)
    monkeypatch.setenv("HF_ENDPOINT", hub_server.endpoint + "/")
    hub = Hub()
    assert hub.endpoint == hub_server.endpoint
    assert len(hub.search("chat")) == 3
    assert repr(hub) == f"Hub({hub_server.endpoint!r})"


def test_a_renamed_repository_is_found_under_its_old_name(hub_server: HubServer) -> None:
    hub_server.add_repo("new/name", {"a.gguf": MODEL})
    old_api = "/api/models/old/name/revision/main"
    hub_server.fail(
        Redirect("/api/models/new/name/revision/main", 307), origin="hub", path=old_api, times=None
    )
    old_file = "/old/name/resolve/main/a.gguf"
    hub_server.fail(Redirect("/new/name/resolve/main/a.gguf", 307), origin="hub", path=old_file, times=None)
    hub = Hub(hub_server.endpoint)
    assert hub.repo("old/name").id == "new/name"
    assert hub.locate("old/name", "a.gguf").size_bytes == len(MODEL)


@pytest.mark.usefixtures("own_client")
def test_a_proxy_of_the_environment_is_used(hub_server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = filled(hub_server)
    monkeypatch.setenv("HTTP_PROXY", hub_server.proxy)
    assert len(hub.search("chat")) == 3
    assert {request.origin for request in hub_server.requests} == {"proxy"}
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    close_session()
    assert len(hub.search("chat")) == 3
    assert hub_server.requests[-1].origin == "hub"


def test_several_threads_may_ask_at_once(hub_server: HubServer) -> None:
    hub = filled(hub_server)
    hub_server.add_repo("dan/gated", {"d.gguf": MODEL}, gated=True)

    def ask(number: int) -> str:
        if number % 2:
            return hub.repo("ann/tiny-chat-GGUF").id
        with pytest.raises(GatedRepo) as caught:
            hub.locate("dan/gated", "d.gguf")
        return caught.value.code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(40))) == {"ann/tiny-chat-GGUF", "repo-gated"}
