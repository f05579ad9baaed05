"""`oa-desktop models search`: repositories, the files of one, and what a hostile one may not do."""

import hashlib

from tests.hub_server import HubServer

from .conftest import CONTENT, FILE, REPO, Run


def test_a_search_shows_repositories_and_the_files_of_one(run: Run, served: HubServer) -> None:
    served.add_repo("someone/other-GGUF", {"other.Q4_0.gguf": CONTENT}, gated=True, downloads=9)
    found = run.json("search", "model")
    assert [repo["id"] for repo in found["repos"]] == [REPO]
    assert "1,234 downloads" in run("search", "model")
    files = run.json("search", f"https://huggingface.co/{REPO}")["files"]
    assert [file["paths"] for file in files] == [[FILE], ["model.Q8_0.gguf"]]
    assert files[0]["sha256"] == [hashlib.sha256(CONTENT).hexdigest()]
    assert {"Balanced (Q4_K_M)", "Large (Q8_0)"} <= set(_facts(run("search", REPO)))
    assert "an image projector" in run.err
    run("search", "someone/other-GGUF")
    assert "accept their terms" in run.err
    assert "no GGUF model" in (run("search", "zebra-zebra") or run.err)


def test_a_search_tells_what_the_app_knows_from_what_the_hub_has(run: Run, served: HubServer) -> None:
    served.add_repo("someone/tinyllama-GGUF", {FILE: CONTENT})
    out = run("search", "tinyllama").splitlines()
    assert out[0].startswith("tinyllama-chat-v0.3 ")
    assert out[-1].startswith("someone/tinyllama-GGUF ")
    assert "Models the app knows:" in run.err
    assert f"On {served.endpoint.partition('//')[2]}:" in run.err
    assert "oa-desktop models download tinyllama-chat-v0.3" in run.err
    assert "oa-desktop models search someone/tinyllama-GGUF" in run.err
    assert "recommended" not in "".join(out), "of all models, another one is"


def test_a_repository_without_a_model_says_so(run: Run, hub_server: HubServer) -> None:
    hub_server.add_repo("someone/pickles", {"pytorch_model.bin": b"PK\x03\x04" * 100})
    run("search", "someone/pickles")
    assert "no .gguf file to chat with" in run.err


def test_searching_sorts_and_leaves_out_what_is_too_big(run: Run, hub_server: HubServer) -> None:
    for name, parameters, likes in (("small", 1_100_000_000, 1), ("huge", 400_000_000_000, 9)):
        hub_server.add_repo(
            f"someone/{name}-llm",
            {f"{name}.Q4_K_M.gguf": CONTENT},
            gguf={"total": parameters, "architecture": "llama"},
            likes=likes,
        )
    ids = [repo["id"] for repo in run.json("search", "llm", "--sort", "likes")["repos"]]
    assert ids == ["someone/huge-llm", "someone/small-llm"]
    ids = [repo["id"] for repo in run.json("search", "llm", "--fits")["repos"]]
    assert ids == ["someone/small-llm"]


def test_a_hostile_repository_cannot_write_on_the_terminal(run: Run, hub_server: HubServer) -> None:
    hub_server.add_repo(
        "someone/evil", {"a\x1b[2J\u202e.Q4_K_M.gguf": CONTENT, FILE: CONTENT}, licence="\x1b]0;mine\x07"
    )
    for arguments in (("search", "someone/evil"), ("search", "evil"), ("download", "someone/evil", FILE)):
        run(*arguments)
        assert "evil" in run.out + run.err
        assert all(char.isprintable() or char == "\n" for char in run.out + run.err), arguments


def _facts(text: str) -> list[str]:
    return [fact.strip() for line in text.splitlines() for fact in line.replace("  ", "·").split("·")]
