"""What a person finds on the hub, asked of a real one on loopback."""

import pytest

from oa_desktop.gguf.errors import NotAModel
from oa_desktop.hub.api import Hub
from oa_desktop.hub.errors import HubError, NotFoundOnHub
from oa_desktop.hub.tokens import TokenStore
from oa_desktop.paths import tour_model
from oa_desktop.services.downloads.hub_search import HubSearch
from oa_desktop.services.fit.report import Machine, Verdict
from oa_desktop.settings import Settings
from tests.hub_server import Trickle

MACHINE = Machine(4 * 10**9, 2 * 10**9)


@pytest.fixture
def search(hub_server, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_environment")
    return HubSearch(lambda: Hub(hub_server.endpoint), lambda: TokenStore(hub_server.endpoint))


def test_words_find_repositories_with_model_files(search, hub_server):
    hub_server.add_repo("owner/oasst-GGUF", {"m.Q4_K_M.gguf": b"GGUF"}, downloads=7)
    hub_server.add_repo("owner/other-GGUF", {"m.Q4_K_M.gguf": b"GGUF"})
    found = search.find("oasst")
    assert [(repo.id, repo.downloads) for repo in found.repos] == [("owner/oasst-GGUF", 7)]
    assert found.opened is None


@pytest.mark.parametrize("text", ["owner/m-GGUF", "{endpoint}/owner/m-GGUF", "owner/m-GGUF:Q8_0"])
def test_a_name_or_an_address_opens_the_repository(search, hub_server, text):
    hub_server.add_repo("owner/m-GGUF", {"m.Q4_K_M.gguf": b"GGUF", "m.Q8_0.gguf": b"GGUF1"}, licence="mit")
    found = search.find(text.format(endpoint=hub_server.endpoint))
    assert [model.quantisation for model in found.opened.models] == ["Q4_K_M", "Q8_0"]
    assert (found.repos[0].id, found.repos[0].licence) == ("owner/m-GGUF", "mit")


def test_an_address_that_leads_nowhere_is_said(search):
    with pytest.raises(NotFoundOnHub):
        search.find("owner/nothing-GGUF")


def test_d18_what_is_no_whole_chat_model_is_left_out_and_said(search, hub_server):
    files = [f"big-{part:05}-of-00003.gguf" for part in (1, 3)]
    names = [*files, "small.Q4_K_M.gguf", "mmproj-f16.gguf"]
    hub_server.add_repo("owner/mixed-GGUF", {name: name.encode() for name in names})
    content = search.look_into("owner/mixed-GGUF")
    assert [model.name for model in content.models] == ["small.Q4_K_M.gguf"]
    assert "2 of 3 parts" in content.note
    assert "image projector" in content.note


def test_a_model_is_judged_by_its_header_alone(search, hub_server):
    hub_server.add_repo("owner/m-GGUF", {"m.Q8_0.gguf": tour_model()})
    content = search.look_into("owner/m-GGUF")
    size = content.models[0].size_bytes
    fit = search.judge(content, "m.Q8_0.gguf", size, MACHINE, Settings())
    assert fit.verdict is Verdict.FITS
    assert sum(request.sent_bytes for request in hub_server.seen("cdn", "GET")) < size


def test_what_is_no_model_is_told_apart(search, hub_server):
    hub_server.add_repo("owner/m-GGUF", {"m.Q8_0.gguf": b"PK\x03\x04" * 100})
    content = search.look_into("owner/m-GGUF")
    with pytest.raises((NotAModel, HubError)):
        search.judge(content, "m.Q8_0.gguf", 400, MACHINE, Settings())


def test_reading_a_header_ends_when_the_window_does(search, hub_server):
    hub_server.add_repo("owner/m-GGUF", {"m.Q8_0.gguf": tour_model()})
    hub_server.fail(Trickle(2_000), times=None)
    content = search.look_into("owner/m-GGUF")
    search.close()
    fit = search.judge(content, "m.Q8_0.gguf", None, MACHINE, Settings())
    assert fit.verdict is Verdict.UNKNOWN
