"""The real hub, asked only with OA_TEST_HUB=1: whether it answers as the local one of the tests does."""

import os

import pytest

from oa_desktop.hub.api import SORTS, Hub
from oa_desktop.hub.errors import GatedRepo, HubError, NotFoundOnHub
from oa_desktop.hub.repo_files import FileRole, group_files

pytestmark = pytest.mark.skipif(
    os.environ.get("OA_TEST_HUB") != "1", reason="asks the real hub; set OA_TEST_HUB=1 to do so"
)
REPO = "TheBloke/TinyLlama-1.1B-Chat-v0.3-GGUF"
FILE = "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"
GATED = "meta-llama/Llama-3.2-1B-Instruct"


@pytest.fixture
def hub() -> Hub:
    return Hub("https://huggingface.co")


@pytest.mark.parametrize("sort", SORTS)
def test_a_search_in_every_order(hub: Hub, sort: str) -> None:
    found = hub.search("tinyllama chat", sort=sort, limit=5)
    assert len(found) == 5
    assert all(repo.model_file_names for repo in found)
    assert any(repo.parameters and repo.context_tokens and repo.updated for repo in found)


def test_a_repository_with_its_sizes_and_hashes(hub: Hub) -> None:
    details = hub.repo(REPO)
    assert (details.licence, details.gated) == ("apache-2.0", False)
    models = [model for model in group_files(details.files) if model.kind is FileRole.MODEL]
    assert "Q4_K_M" in {model.quantisation for model in models}
    assert all(part.size_bytes and part.sha256 for model in models for part in model.parts)


def test_a_file_lies_where_the_repository_says(hub: Hub) -> None:
    location = hub.locate(REPO, FILE)
    (file,) = (file for file in hub.repo(REPO, location.commit).files if file.path == FILE)
    assert (location.size_bytes, location.sha256) == (file.size_bytes, file.sha256)
    assert location.url.startswith("https://")
    assert "Authorization" not in hub.download_headers(location.url)


def test_what_is_closed_or_not_there(hub: Hub) -> None:
    assert hub.repo(GATED).gated
    with pytest.raises(GatedRepo) as gated:
        hub.locate(GATED, "model.safetensors")
    assert f"https://huggingface.co/{GATED}" in gated.value.hint
    for question in (
        lambda: hub.repo("oa-desktop/no-such-repository-here"),
        lambda: hub.repo(REPO, "0" * 40),
        lambda: hub.locate(REPO, "no-such-file.gguf"),
    ):
        with pytest.raises(NotFoundOnHub):
            question()
    with pytest.raises(HubError) as refused:
        hub.whoami("hf_thisIsNoTokenOfAnybody")
    assert refused.value.code == "token-refused"
