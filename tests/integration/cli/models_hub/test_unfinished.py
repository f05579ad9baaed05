"""Downloads that meet trouble: waited out, listed, resumed, discarded, and right in the end."""

from dataclasses import replace

import pytest

from oa_desktop.services.downloads import downloader
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

from .conftest import CONTENT, FILE, QUICK, REPO, Run

FAULTS = (
    *(CutAfter(n, reset=reset) for n in (0, 1, 70_000, 199_999) for reset in (False, True)),
    *(Status(code) for code in (401, 403, 404, 416, 429, 500, 503)),
    *(WrongLength(-5), WrongLength(5), LongBody(9), FlipByte(100_000), NoLength(), HtmlPage(), NoEtag()),
    *(IgnoreRange(), WrongContentRange(), ChangedEtag(), RedirectLoop(), ExpiredSignature(), CloseAtOnce()),
    *(NoCommit(), Stall(50_000, 5), SlowStart(0.1), Redirect("http://127.0.0.1:9/elsewhere")),
)


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


def test_with_all_faults_at_random_the_file_is_right_in_the_end(
    run: Run, served: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloader, "Tuning", lambda: replace(QUICK, stall_s=2))
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
