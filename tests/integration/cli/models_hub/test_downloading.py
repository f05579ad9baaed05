"""`oa-desktop models download`: by which names, what is said, and what a file may be called."""

import hashlib
from pathlib import Path

import pytest

from oa_desktop.services.fit import estimate
from oa_desktop.services.fit.estimate import Machine
from tests.hub_server import HubServer
from tests.made_gguf import made_model

from .conftest import CONTENT, FILE, REPO, Run


@pytest.mark.parametrize(
    "arguments",
    [
        (REPO, FILE),
        (REPO, "q4_k_m"),
        (f"{REPO}:Q4_K_M",),
        (f"https://huggingface.co/{REPO}/blob/main/{FILE}?download=true",),
        (f"hf.co/{REPO}", FILE),
    ],
    ids=["file", "quantisation", "tag", "address", "short-address"],
)
def test_a_model_is_downloaded_by_any_name_people_have_for_it(
    run: Run, served: HubServer, arguments: tuple[str, ...]
) -> None:
    said = run("download", *arguments)
    assert "Licence: apache-2.0" in run.err
    (file,) = run.files
    assert file.read_bytes() == CONTENT
    ref = said.split()[-1]
    assert run.json("show", ref)["source"]["repo"] == REPO


def test_a_download_is_told_in_one_document_and_a_second_one_fetches_nothing(
    run: Run, served: HubServer
) -> None:
    first = run.json("download", REPO, FILE)
    assert first["was_there"] is False
    assert first["source"]["sha256"] == [hashlib.sha256(CONTENT).hexdigest()]
    asked = served.seen("cdn", "GET")
    second = run.json("download", REPO, FILE)
    assert (second["was_there"], second["ref"]) == (True, first["ref"])
    assert served.seen("cdn", "GET") == asked
    assert "here already" in run("download", REPO, FILE)
    assert len(run.files) == 1


def test_an_older_revision_can_be_downloaded(run: Run, served: HubServer) -> None:
    commit = served.add_repo("someone/old", {FILE: made_model(50_000, 7)})
    served.add_repo("someone/old", {FILE: CONTENT})
    source = run.json("download", "someone/old", FILE, "--revision", commit)["source"]
    assert source["commit"] == commit
    (file,) = run.files
    assert file.read_bytes() == made_model(50_000, 7)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        ((REPO,), 2, "has 2 models"),
        ((REPO, "Q2_K"), 1, "has no model Q2_K"),
        ((REPO, "../../etc/passwd"), 1, "has no model ../../etc/passwd"),
        ((REPO, "mmproj-F16.gguf"), 2, "a file beside models"),
        (("no-such-name",), 2, "neither a known model nor a repository"),
        (("someone/gone", FILE), 1, "someone/gone"),
        ((REPO, FILE, "--revision", "nope"), 1, "does not have this revision"),
        (("two words",), 2, "neither a known model nor a repository"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    run: Run, served: HubServer, arguments: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    assert sentence in run("download", *arguments, exit_code=exit_code).splitlines()[0]
    assert run.out == ""
    assert run.files == []


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(run: Run, served: HubServer) -> None:
    said = run("download", "tinylama", exit_code=2)
    assert "Did you mean tinyllama-chat-v0.3?" in said
    assert "oa-desktop models search" in said
    assert "Did you mean tinyllama-chat-v0.3?" in run("show", "tinyllama", exit_code=1)
    ref = run.json("download", REPO, FILE)["ref"]
    for command in ("show", "verify", "remove"):
        said = run(command, ref[:5], exit_code=1)
        assert f"Did you mean {ref}? See: oa-desktop models list" in said
    assert len(run.files) == 1
    assert "Did you mean 'search'?" in run("searchh", exit_code=2)


def test_what_to_type_next_is_said_beside_the_result(run: Run, served: HubServer) -> None:
    ref = run("download", REPO, FILE).split()[-1]
    assert run.err.endswith(f"To talk to it: oa-desktop chat --model {ref}\n")
    run.json("download", REPO, FILE)
    assert "To talk to it" not in run.err


@pytest.mark.parametrize("named", ["Q8_0", "q8/big-Q8_0-00002-of-00003.gguf", "big-Q8_0-00003-of-00003.gguf"])
def test_d18_a_split_model_comes_whole_by_any_name(run: Run, hub_server: HubServer, named: str) -> None:
    parts = [f"q8/big-Q8_0-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    content = {path: made_model(20_000 + 1000 * number, number) for number, path in enumerate(parts)}
    hub_server.add_repo("someone/split", {"small.Q4_0.gguf": CONTENT, **content})
    document = run.json("download", "someone/split", named)
    assert document["source"]["paths"] == parts
    assert "in 3 parts" in run.err
    assert [path.read_bytes() for path in sorted(run.files)] == [content[path] for path in parts]


def test_d18_a_split_model_with_a_part_missing_is_not_downloaded(run: Run, hub_server: HubServer) -> None:
    parts = {f"big-Q8_0-0000{number}-of-00003.gguf": made_model(30_000, number) for number in (1, 3)}
    hub_server.add_repo("someone/split", parts)
    assert "only 2 of 3 parts" in run("download", "someone/split", exit_code=1)
    assert "2 of 3 parts" in (run("search", "someone/split") + run.err)
    assert hub_server.seen("cdn") == []


@pytest.mark.parametrize(
    "name", ["a\\..\\b.gguf", "CON.gguf", "new\nli\x07ne.gguf", "x" * 240 + ".gguf", "模型.gguf"]
)
def test_d15_a_file_with_a_strange_name_can_be_asked_for_and_lies_in_the_folder(
    run: Run, hub_server: HubServer, name: str
) -> None:
    hub_server.add_repo(REPO, {name: CONTENT, "other.gguf": made_model(9000, 3)})
    code = run.attempt("download", REPO, name)
    assert all(char.isprintable() or char == "\n" for char in run.out + run.err)
    assert [file.read_bytes() for file in run.files] == ([CONTENT] if code == 0 else [])
    assert code == 0, run.err


def test_a_file_another_program_has_is_named_and_used_only_when_wanted(
    run: Run, served: HubServer, tmp_path: Path
) -> None:
    blob = tmp_path / "person" / "HF_HOME" / "hub" / "models--someone--model-GGUF" / "blobs"
    blob.mkdir(parents=True)
    copy = blob / hashlib.sha256(CONTENT).hexdigest()
    copy.write_bytes(CONTENT)
    document = run.json("download", REPO, FILE, "--adopt")
    assert (document["was_there"], document["path"]) == (True, str(copy))
    assert document["source"]["repo"] == REPO
    assert run.files == []
    assert served.seen("cdn", "GET") == []
    run("remove", document["ref"])
    assert copy.read_bytes() == CONTENT
    run("download", REPO, FILE)
    assert "--adopt" in run.err
    assert len(run.files) == 1


def test_a_model_too_big_for_this_machine_is_said_before_it_comes(
    run: Run, served: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "look_at_machine", lambda _folder: Machine(10**8, 10**8, (), 10**12))
    run("download", REPO, FILE)
    assert any("memory" in line for line in run.err.splitlines()), run.err
