"""`oa-desktop models` and a real hub on loopback: search, download, and what is said when that fails."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from oa_desktop.cli import app as cli_app
from oa_desktop.cli import downloading as cli_downloading
from oa_desktop.cli.main import main
from oa_desktop.hub import catalogue as catalogue_module
from oa_desktop.hub.catalogue import load_catalogue
from oa_desktop.hub.download.tuning import Tuning
from oa_desktop.services.downloads import downloader
from oa_desktop.services.fit import estimate
from oa_desktop.services.fit.estimate import Machine
from tests.hub_server import HubServer
from tests.hub_server.faults import (
    ChangedEtag,
    CloseAtOnce,
    CutAfter,
    ExpiredSignature,
    FlipByte,
    HtmlPage,
    IgnoreRange,
    LongBody,
    NoCommit,
    NoEtag,
    NoLength,
    Redirect,
    RedirectLoop,
    SlowStart,
    Stall,
    Status,
    WrongContentRange,
    WrongLength,
)
from tests.made_gguf import made_model

REPO, FILE = "someone/model-GGUF", "model.Q4_K_M.gguf"
CONTENT = made_model(200_000)
TOKEN = "hf_" + "Secret" * 6
FAULTS = (
    *(CutAfter(n, reset=reset) for n in (0, 1, 70_000, 199_999) for reset in (False, True)),
    *(Status(code) for code in (401, 403, 404, 416, 429, 500, 503)),
    *(WrongLength(-5), WrongLength(5), LongBody(9), FlipByte(100_000), NoLength(), HtmlPage(), NoEtag()),
    *(IgnoreRange(), WrongContentRange(), ChangedEtag(), RedirectLoop(), ExpiredSignature(), CloseAtOnce()),
    *(NoCommit(), Stall(50_000, 5), SlowStart(0.1), Redirect("http://127.0.0.1:9/elsewhere")),
)
QUICK = Tuning(
    stall_s=2,
    attempts=2,
    first_wait_s=0.01,
    longest_wait_s=0.02,
    spare_bytes=0,
    reserve_bytes=0,
)


class Memory(KeyringBackend):
    """A keyring that forgets everything with the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Run:
    """The command in this process; what it printed last is in `out` and `err`."""

    def __init__(self, capsys: pytest.CaptureFixture[str], models: Path) -> None:
        self._capsys = capsys
        self.models = models
        self.out = self.err = ""

    def attempt(self, *arguments: str) -> int:
        """Its exit code."""
        code = main(["models", *arguments])
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.out + self.err
        assert TOKEN not in self.out + self.err
        return code

    def __call__(self, *arguments: str, exit_code: int = 0) -> str:
        code = self.attempt(*arguments)
        assert code == exit_code, (code, self.out, self.err)
        return self.out if exit_code == 0 else self.err

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        self(*arguments, "--json", exit_code=exit_code)
        return json.loads(self.out)

    @property
    def files(self) -> list[Path]:
        return [path for path in self.models.glob("*.gguf") if path.is_file()]


@pytest.fixture
def ring() -> Iterator[Memory]:
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture
def run(
    tmp_path: Path,
    hub_server: HubServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ring: Memory,
) -> Run:
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "HF_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "person" / name))
    monkeypatch.setenv("OA_DESKTOP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_ENDPOINT", hub_server.endpoint)
    monkeypatch.setattr(cli_app, "keep_log", lambda _folder: None)
    monkeypatch.setattr(
        estimate, "look_at_machine", lambda _folder: Machine(16 * 10**9, 13 * 10**9, (), 10**12)
    )
    monkeypatch.setattr(downloader, "Tuning", lambda: QUICK)
    monkeypatch.setattr(cli_downloading, "_ASKING", QUICK)
    return Run(capsys, tmp_path / "home" / "data" / "models")


@pytest.fixture
def served(hub_server: HubServer) -> HubServer:
    files = {FILE: CONTENT, "model.Q8_0.gguf": made_model(300_000, 2), "mmproj-F16.gguf": made_model(9000, 3)}
    hub_server.add_repo(REPO, files, downloads=1234, gguf={"total": 7_200_000_000, "architecture": "llama"})
    return hub_server


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
    (file,) = run.files
    assert file.read_bytes() == CONTENT
    ref = said.split()[-1]
    assert run.json("show", ref)["source"]["repo"] == REPO
    assert "apache-2.0" in run.err or run.err == ""


def test_a_download_is_told_in_one_document_and_a_second_one_fetches_nothing(
    run: Run, served: HubServer
) -> None:
    first = run.json("download", REPO, FILE)
    assert first["was_there"] is False
    assert first["source"]["sha256"] == [hashlib.sha256(CONTENT).hexdigest()]
    asked = len(served.seen("cdn"))
    second = run.json("download", REPO, FILE)
    assert (second["was_there"], second["ref"]) == (True, first["ref"])
    assert len(served.seen("cdn", "GET")) == len(served.seen("cdn", "GET")[:asked])
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


def test_a_model_is_removed_by_its_own_name_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(CONTENT)
    assert run("import", str(file)).split()[-1] == "mine"
    assert "prompt format is oasst" in run.err
    assert run("import", str(file), "--copy").split()[-1] == "mine-2"
    run("remove", "mine")
    said = run("remove", "mine", exit_code=2)
    assert "name it mine-2" in said
    assert len(run.files) == 1
    run("remove", "mine-2")
    assert run.files == []
    assert file.exists()


def test_sizes_and_counts_of_a_model_are_said_as_people_read_them(run: Run) -> None:
    lines = run("show", "tinyllama-chat-v0.3").splitlines()
    assert any(line.startswith("on disk ") and "668 MB (668," in line for line in lines)
    assert any(line.startswith("context_tokens ") and line.endswith(" 2,048") for line in lines)


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


def test_what_is_known_of_a_downloaded_model_is_a_line_for_each_fact(run: Run, served: HubServer) -> None:
    ref = run.json("download", REPO, FILE)["ref"]
    lines = run("show", ref).splitlines()
    assert any(line.startswith("source") and f"{FILE} of {REPO} at " in line for line in lines)
    assert not any(line.endswith((" None", " []", " {}", " False")) for line in lines)


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


def test_trouble_that_passes_is_waited_out(run: Run, served: HubServer) -> None:
    served.fail(Status(503), origin="hub", times=1)
    served.fail(CutAfter(50_000), times=2)
    run("download", REPO, FILE)
    (file,) = run.files
    assert file.read_bytes() == CONTENT
    assert served.fired() == 3


def test_d13_a_download_that_fails_can_be_listed_resumed_and_discarded(run: Run, served: HubServer) -> None:
    served.fail(CutAfter(30_000), times=1)
    served.fail(Status(503), times=None)
    said = run("download", REPO, FILE, exit_code=1)
    assert "oa-desktop models resume" in said
    (job,) = run.json("unfinished")["downloads"]
    assert (job["repo"], job["paths"]) == (REPO, [FILE])
    assert job["done_bytes"] == 30_000
    assert FILE in run("unfinished")
    assert " 30.0 of 200 kB  " in run.out
    served.no_more_faults()
    before = sum(request.sent_bytes for request in served.seen("cdn", "GET"))
    run("resume")
    assert [file.read_bytes() for file in run.files] == [CONTENT]
    assert sum(request.sent_bytes for request in served.seen("cdn", "GET")) - before < len(CONTENT)
    assert run.json("unfinished")["downloads"] == []
    assert run("resume") == ""


def test_d07_one_download_that_is_gone_does_not_hold_up_the_others(run: Run, served: HubServer) -> None:
    served.add_repo("someone/gone-GGUF", {FILE: made_model(150_000, seed=2)})
    served.fail(Status(404), times=None)
    for repo in ("someone/gone-GGUF", REPO):
        run("download", repo, FILE, exit_code=1)
    served.no_more_faults()
    served.remove_repo("someone/gone-GGUF")
    run("resume", exit_code=1)
    assert "can now be chosen" in run.out
    assert "no repository someone/gone-GGUF" in run.err
    assert "1 of 2 downloads could not be finished. See: oa-desktop models unfinished" in run.err
    assert "gone-GGUF" in run("unfinished")


def test_d13_a_discarded_download_leaves_nothing(run: Run, served: HubServer) -> None:
    served.fail(CutAfter(30_000), times=1)
    served.fail(Status(503), times=None)
    run("download", REPO, FILE, exit_code=1)
    (job,) = run.json("unfinished")["downloads"]
    assert list((run.models / ".downloads").glob("*.part"))
    run("discard", job["key"])
    assert [path for path in run.models.rglob("*") if path.is_file()] == []
    assert "no unfinished download" in run("discard", job["key"], exit_code=2)


def test_what_a_newer_version_began_is_listed_and_removed_only_when_asked_for(run: Run) -> None:
    folder = run.models / ".downloads"
    folder.mkdir(parents=True)
    note, part = folder / f"{'0' * 16}.job", folder / f"{'ab' * 32}.part"
    note.write_text(f'{{"version": 99, "title": "Some model", "parts": ["{"ab" * 32}"]}}')
    part.write_bytes(b"what came")
    listed = run("unfinished")
    assert "Some model" in listed
    assert "A newer version of this app began it, so it is left alone." in listed
    assert run.json("unfinished")["newer"] == [{"key": note.stem, "name": "Some model"}]
    assert run("resume") == ""
    assert "A newer version of this app began" in run("resume", note.stem, exit_code=1)
    assert (note.exists(), part.exists()) == (True, True)
    assert run("discard", note.stem) == "Discarded Some model\n"
    assert (note.exists(), part.exists()) == (False, False)


def test_d04_damaged_data_is_never_a_model(run: Run, served: HubServer) -> None:
    served.fail(FlipByte(100_000), times=None)
    said = run("download", REPO, FILE, exit_code=1)
    assert "resume" not in said
    assert run.files == []
    assert len(run.json("list")["models"]) == 1


def test_d06_a_gated_repository_says_what_to_do_and_a_token_opens_it(
    run: Run, hub_server: HubServer, ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_server.add_repo(REPO, {FILE: CONTENT}, gated=True)
    hub_server.add_token(TOKEN, user="somebody", accepted=[REPO])
    said = run("download", REPO, FILE, exit_code=1)
    assert f"{hub_server.endpoint}/{REPO}" in said
    assert "oa-desktop models token set" in said
    monkeypatch.setattr("sys.stdin", _Lines(f"{TOKEN}\n"))
    assert "somebody" in run("token", "set")
    assert list(ring.kept.values()) == [TOKEN]
    run("download", REPO, FILE)
    assert [file.read_bytes() for file in run.files] == [CONTENT]
    assert not [request for request in hub_server.seen("cdn") if "authorization" in request.headers]
    assert run.json("token", "show") == {"place": "keyring", "name": "somebody", "problem": None}
    run("token", "remove")
    assert ring.kept == {}
    assert "no token" in run("token", "show")


@pytest.mark.parametrize("given", ["", "\n", "two words\n", "häslich\n", "a\x00b\n"])
def test_what_is_no_token_is_refused_without_asking_anybody(
    run: Run, hub_server: HubServer, ring: Memory, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", _Lines(given))
    assert "no token" in run("token", "set", exit_code=2)
    assert ring.kept == {}
    assert hub_server.requests == []


def test_a_token_the_hub_does_not_know_is_not_kept(
    run: Run, hub_server: HubServer, ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _Lines(f"{TOKEN}\n"))
    run("token", "set", exit_code=1)
    assert ring.kept == {}


def test_without_a_keyring_a_token_is_refused_and_what_to_do_is_said(
    run: Run, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_server.add_token(TOKEN)
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setattr("sys.stdin", _Lines(f"{TOKEN}\n"))
    assert "HF_TOKEN" in run("token", "set", exit_code=1)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert run.json("token", "show")["place"] == "environment"


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


def test_a_hostile_repository_cannot_write_on_the_terminal(run: Run, hub_server: HubServer) -> None:
    hub_server.add_repo(
        "someone/evil", {"a\x1b[2J\u202e.Q4_K_M.gguf": CONTENT, FILE: CONTENT}, licence="\x1b]0;mine\x07"
    )
    for arguments in (("search", "someone/evil"), ("search", "evil"), ("download", "someone/evil", FILE)):
        run(*arguments)
        assert "evil" in run.out + run.err
        assert all(char.isprintable() or char == "\n" for char in run.out + run.err), arguments


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


def test_with_all_faults_at_random_the_file_is_right_in_the_end(run: Run, served: HubServer) -> None:
    tries = 0
    for seed in range(5):
        served.chaos(seed, 0.7, FAULTS)
        for _ in range(60):
            tries += 1
            code = run.attempt("download", REPO, FILE)
            assert all(file.read_bytes() == CONTENT for file in run.files)
            assert code in (0, 1)
            assert code == 0 or "app made a mistake" not in run.err, run.err
            if code == 0:
                break
        assert [file.read_bytes() for file in run.files] == [CONTENT], run.err
        served.no_more_faults()
        assert run.json("unfinished")["downloads"] == []
        run("remove", "model.q4_k_m")
    assert tries > 10
    assert served.fired() > 20


def test_a_downloaded_model_is_verified_and_removed(run: Run, served: HubServer) -> None:
    ref = run.json("download", REPO, FILE)["ref"]
    assert run.json("verify", ref)["published"] is True
    (file,) = run.files
    content = bytearray(CONTENT)
    content[150_000] ^= 1
    file.write_bytes(content)
    assert "damaged" in run("verify", ref, exit_code=1)
    assert run.json("remove", ref)["freed_bytes"] == len(CONTENT)
    assert run.files == []
    assert not [path for path in run.models.rglob("*") if path.is_file() and path.stat().st_size > 50_000]
    run("show", ref, exit_code=1)


def test_a_newcomer_is_told_what_to_download(run: Run, hub_server: HubServer) -> None:
    run("list")
    assert "oa-desktop models download oa-falcon-7b-top1" in run.err
    assert hub_server.requests == []


class _Lines:
    """Standard input that is no terminal."""

    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self._text


def _facts(text: str) -> list[str]:
    return [fact.strip() for line in text.splitlines() for fact in line.replace("  ", "·").split("·")]
