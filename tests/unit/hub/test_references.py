import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.hub.references import Reference, parse_reference
from oa_desktop.hub.repo_names import can_be_path, is_repo_id

HUB = "https://huggingface.co"
REPO = "TheBloke/TinyLlama-1.1B-Chat-v0.3-GGUF"
FILE = "tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (REPO, Reference(REPO)),
        (f"  {REPO} \n", Reference(REPO)),
        (f"{REPO}:q4_k_m", Reference(REPO, quantisation="Q4_K_M")),
        (f"{REPO}:{FILE}", Reference(REPO, path=FILE)),
        (f"{REPO}/{FILE}", Reference(REPO, path=FILE)),
        (f"{REPO}/Q4_K_M/{FILE}", Reference(REPO, path=f"Q4_K_M/{FILE}")),
        (f"hf.co/{REPO}", Reference(REPO)),
        (f"hf.co/{REPO}:Q8_0", Reference(REPO, quantisation="Q8_0")),
        (f"huggingface.co/{REPO}", Reference(REPO)),
        (f"https://huggingface.co/{REPO}", Reference(REPO)),
        (f"HTTPS://HuggingFace.co/{REPO}/", Reference(REPO)),
        (f"<https://huggingface.co/{REPO}>", Reference(REPO)),
        (f"https://huggingface.co/{REPO}#files", Reference(REPO)),
        (f"https://huggingface.co/{REPO}.git", Reference(REPO)),
        (f"https://huggingface.co/{REPO}?library=llama-cpp-python", Reference(REPO)),
        (f"https://huggingface.co/{REPO}?show_file_info={FILE}", Reference(REPO, path=FILE)),
        (f"https://huggingface.co/{REPO}/tree/main", Reference(REPO, "main")),
        (f"https://huggingface.co/{REPO}/tree/52e7645/Q4", Reference(REPO, "52e7645")),
        (f"https://huggingface.co/{REPO}/tree/refs%2Fpr%2F1", Reference(REPO, "refs/pr/1")),
        (f"https://huggingface.co/{REPO}/blob/main/{FILE}", Reference(REPO, "main", FILE)),
        (f"https://huggingface.co/{REPO}/raw/main/{FILE}", Reference(REPO, "main", FILE)),
        (f"https://huggingface.co/{REPO}/resolve/main/{FILE}?download=true", Reference(REPO, "main", FILE)),
        (f"https://huggingface.co/{REPO}/resolve/main/a/b%20c.gguf", Reference(REPO, "main", "a/b c.gguf")),
        (f"https://huggingface.co/{REPO}/discussions/4", Reference(REPO)),
        (f"hf://{REPO}", Reference(REPO)),
        (f"hf://models/{REPO}/{FILE}", Reference(REPO, path=FILE)),
        (f"hf://{REPO}@refs%2Fpr%2F1/{FILE}", Reference(REPO, "refs/pr/1", FILE)),
    ],
)
def test_whatever_names_a_place_on_the_hub_is_understood(text: str, reference: Reference) -> None:
    assert parse_reference(text, HUB) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tinyllama",
        "tinyllama chat",
        "what is 1/2",
        "oasst/ pythia",
        "https://huggingface.co",
        "https://huggingface.co/TheBloke",
        "https://huggingface.co/datasets/OpenAssistant/oasst2",
        "https://huggingface.co/spaces/a/b",
        "hf://datasets/a/b",
        "https://example.com/owner/name",
        "https://huggingface.co.evil.com/owner/name",
        "https://huggingface.co@evil.com/owner/name",
        "ftp://huggingface.co/owner/name",
        "file:///etc/passwd",
        "../../etc",
        "owner/../name",
        f"https://huggingface.co/{REPO}/resolve/main/../../x.gguf",
        f"https://huggingface.co/{REPO}/resolve/main/%2e%2e/x.gguf",
        f"https://huggingface.co/{REPO}/blob/main/a%2F..%2Fx.gguf",
        f"{REPO}/../x.gguf",
        "owner/na\nme",
        "owner/name\0",
        "http://[::1",
        "owner/name:" + "Q" * 100,
        "x" * 3000,
    ],
)
def test_everything_else_is_words_to_search_for(text: str) -> None:
    assert parse_reference(text, HUB) is None


def test_the_hub_that_is_asked_is_understood_beside_the_usual_one() -> None:
    assert parse_reference("http://localhost:8080/a/b", "http://localhost:8080") == Reference("a/b")
    assert parse_reference("http://localhost:8081/a/b", "http://localhost:8080") is None
    mirror = "https://mirror.example/hub"
    assert parse_reference(f"{mirror}/a/b/tree/main", mirror) == Reference("a/b", "main")
    assert parse_reference("https://huggingface.co/a/b", mirror) == Reference("a/b")


@given(st.text(max_size=60) | st.from_regex(r"(https://huggingface\.co/)?[a-z./:%@?=]{1,40}", fullmatch=True))
def test_no_text_is_too_strange(text: str) -> None:
    reference = parse_reference(text, HUB)
    if reference is not None:
        assert is_repo_id(reference.repo)
        assert reference.path is None or can_be_path(reference.path)


@pytest.mark.parametrize("name", ["gpt2", "a/b", "A-b_c.d/E", "_x/y_", "a" * 96])
def test_repository_names_the_hub_allows(name: str) -> None:
    assert is_repo_id(name)


@pytest.mark.parametrize(
    "name", ["", "a/b/c", "a--b/c", "a..b", ".a/b", "a/b.", "-a", "a/b.git", "ä/b", "a" * 97, 7]
)
def test_repository_names_the_hub_does_not_allow(name: object) -> None:
    assert not is_repo_id(name)


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a" * 1001, "\ud800"])
def test_paths_no_repository_has(path: str) -> None:
    assert not can_be_path(path)
