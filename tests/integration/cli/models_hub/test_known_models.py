"""The models that the app knows: shown without asking anybody, downloaded by short names, pinned."""

from dataclasses import replace
from pathlib import Path

import pytest

from oa_desktop.cli import app as cli_app
from oa_desktop.hub import catalogue as catalogue_module
from oa_desktop.hub.catalogue import load_catalogue
from tests.hub_server import HubServer
from tests.made_gguf import made_model

from .conftest import CONTENT, FILE, REPO, Run


def test_sizes_and_counts_of_a_model_are_said_as_people_read_them(run: Run) -> None:
    lines = run("show", "tinyllama-chat-v0.3").splitlines()
    assert any(line.startswith("on disk ") and "668 MB (668," in line for line in lines)
    assert any(line.startswith("context_tokens ") and line.endswith(" 2,048") for line in lines)


def test_a_known_model_is_downloaded_by_its_short_name_and_what_differs_is_said(
    run: Run, hub_server: HubServer
) -> None:
    entry = next(entry for entry in load_catalogue().entries if entry.id == "tinyllama-chat-v0.3")
    hub_server.add_repo(entry.repo, {entry.recommended_file.path: CONTENT})
    document = run.json("download", entry.id)
    assert document["source"]["title"] == entry.title
    assert entry.licence_notice in run.err
    assert "668 MB when the list of known models was made" in run.err


def test_a_pinned_hash_ends_the_download_of_another_file_at_that_commit(
    run: Run, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = load_catalogue()
    entry = next(entry for entry in catalogue.entries if entry.id == "tinyllama-chat-v0.3")
    commit = hub_server.add_repo(entry.repo, {entry.recommended_file.path: CONTENT})
    file = replace(entry.recommended_file, sha256="ab" * 32, commit=commit[:7])
    pinned = replace(entry, files=(file,), recommended_file=file)
    monkeypatch.setattr(cli_app, "load_catalogue", lambda: replace(catalogue, entries=(pinned,)))
    said = run("download", entry.id, exit_code=1)
    assert "is not the file it should be" in said
    assert run.files == []


def test_d07_a_commit_of_the_catalogue_that_is_gone_gives_way_to_the_newest(
    run: Run, hub_server: HubServer
) -> None:
    entry = next(entry for entry in load_catalogue().entries if entry.id == "tinyllama-chat-v1.0")
    hub_server.add_repo(entry.repo, {entry.recommended_file.path: CONTENT})
    run("download", entry.id)
    assert "gone from the hub; this is the newest" in run.err
    assert [file.read_bytes() for file in run.files] == [CONTENT]
    asked = len(hub_server.requests)
    said = run("download", entry.id, "--revision", "0" * 40, exit_code=1)
    assert "does not have this revision" in said
    assert all("0" * 40 in request.path for request in hub_server.requests[asked:])


def test_a_quantisation_of_a_known_model_can_be_named_in_two_ways(run: Run, hub_server: HubServer) -> None:
    entry = next(entry for entry in load_catalogue().entries if entry.id == "tinyllama-chat-v0.3")
    files = {file.path: made_model(50_000, number) for number, file in enumerate(entry.files)}
    hub_server.add_repo(entry.repo, files)
    for arguments in (("tinyllama-chat-v0.3:q5_0",), ("tinyllama-chat-v0.3", "Q5_0")):
        document = run.json("download", *arguments)
        assert document["source"]["paths"] == ["tinyllama-1.1b-chat-v0.3.Q5_0.gguf"]
    for arguments in (("tinyllama-chat-v0.3:Q6_K",), ("tinyllama-chat-v0.3", "Q6_K")):
        said = run("download", *arguments, exit_code=1)
        assert "has no model Q6_K" in said
        assert "tinyllama-1.1b-chat-v0.3.Q4_0.gguf" in said


def test_a_damaged_catalogue_is_told_with_the_place_and_everything_else_works(
    run: Run, served: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = tmp_path / "resources"
    resources.mkdir()
    for name in ("catalogue.json", "catalogue.schema.json"):
        text = (catalogue_module.resource_root() / name).read_text(encoding="utf-8")
        text = text.replace('"family": "Other"', '"family": "Mine"', 1)
        (resources / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue_module, "resource_root", lambda: resources)
    run("download", REPO, FILE)
    assert len(run.files) == 1
    (told,) = [line for line in run.err.splitlines() if "list of known models" in line]
    assert "models[11].family" in told
    assert run.json("search")["known"] == []
    assert "neither a known model" in run("download", "tinyllama-chat-v0.3", exit_code=2)


def test_a_catalogue_id_is_shown_with_how_it_fits_and_nobody_is_asked(run: Run, served: HubServer) -> None:
    shown = run.json("show", "tinyllama-chat-v0.3:Q2_K")
    assert (shown["quantisation"], shown["fit"], shown["licence"]) == ("Q2_K", "fits", "apache-2.0")
    assert "TinyLlama" in run("show", "tinyllama-chat-v0.3")
    assert "There is no model" in run("show", "tinyllama-chat-v9", exit_code=1)
    assert served.requests == []


def test_without_words_the_known_models_are_shown_and_nobody_is_asked(
    run: Run, hub_server: HubServer
) -> None:
    known = run.json("search")["known"]
    assert [offer["recommended"] for offer in known].count(True) == 1
    assert known[0]["recommended"]
    assert known[0]["family"] == "OpenAssistant"
    assert "recommended for this machine" in run("search").splitlines()[0]
    assert known[0]["id"] in run.err
    fitting = run.json("search", "--fits")["known"]
    assert 0 < len(fitting) < len(known)
    assert all(offer["fit"] != "too-big" for offer in fitting)
    assert hub_server.requests == []


def test_offline_the_known_models_are_still_found(
    run: Run, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    run("search", "tinyllama", exit_code=1)
    assert "tinyllama-chat-v0.3" in run.out
    assert "offline" in run.err
    assert hub_server.requests == []


def test_a_newcomer_is_told_what_to_download(run: Run, hub_server: HubServer) -> None:
    run("list")
    assert "oa-desktop models download oa-falcon-7b-top1" in run.err
    assert hub_server.requests == []
