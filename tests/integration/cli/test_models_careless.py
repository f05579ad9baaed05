"""What people type at `oa-desktop models` without looking, and what a terminal shows when it goes wrong."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oa_desktop.cli import app as cli_app
from oa_desktop.cli import models_unfinished
from oa_desktop.cli.main import main
from oa_desktop.hub.errors import DownloadStopped
from oa_desktop.paths import app_paths
from oa_desktop.services.downloads.downloader import ModelDownloader
from oa_desktop.services.downloads.job import DownloadJob
from oa_desktop.services.downloads.jobs import JobFolder
from tests.made_gguf import made_model

JOB = DownloadJob("someone/model-GGUF", ("model.Q4_K_M.gguf",))
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command and return what it said on standard error."""
    monkeypatch.setenv("OA_DESKTOP_HOME", str(tmp_path))
    monkeypatch.setattr(cli_app, "keep_log", lambda _folder: None)

    def attempt(*arguments: str, exit_code: int) -> str:
        code = main(["models", *arguments])
        said = capsys.readouterr().err
        assert (code, "Traceback" in said) == (exit_code, False), said
        return said

    return attempt


@pytest.fixture
def jobs(tmp_path: Path) -> JobFolder:
    return JobFolder(app_paths({"OA_DESKTOP_HOME": str(tmp_path)}).models)


def test_d13_to_discard_nothing_in_particular_discards_nothing(run: Run, jobs: JobFolder) -> None:
    jobs.save(JOB)
    assert run("discard", "", exit_code=2).startswith("There is no unfinished download without a name.")
    assert jobs.load() == (JOB,)
    run("discard", JOB.key[:6], exit_code=0)
    assert jobs.load() == ()


def test_d13_a_name_that_several_downloads_have_discards_none_of_them(run: Run, jobs: JobFolder) -> None:
    for repo in ("one/model-GGUF", "two/model-GGUF"):
        jobs.save(DownloadJob(repo, JOB.paths))
    assert run("discard", JOB.paths[0], exit_code=2).startswith("There are 2 unfinished downloads model.Q4")
    assert len(jobs.load()) == 2


def test_d13_what_is_given_up_while_others_are_resumed_is_not_begun_again(
    run: Run, jobs: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for repo in ("one/model-GGUF", "two/model-GGUF"):
        jobs.save(DownloadJob(repo, JOB.paths))
    begun: list[str] = []

    def given_up_meanwhile(_downloader: ModelDownloader, job: DownloadJob, _limit: Callable[[], int]) -> None:
        begun.append(job.repo)
        for other in jobs.load():
            jobs.discard(other)
        raise DownloadStopped("disk-full", "The disk is full.")

    monkeypatch.setattr(models_unfinished, "download", given_up_meanwhile)
    assert "1 of 2 downloads could not be finished" in run("resume", exit_code=1)
    assert len(begun) == 1
    assert jobs.load() == ()


def test_d12_a_copy_that_fails_leaves_its_progress_not_before_the_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "m.gguf").write_bytes(made_model(50_000))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(os, "fsync", full)
    said = run("import", "--copy", str(tmp_path / "m.gguf"), exit_code=1)
    assert "Copying … 100%\r\033[Km.gguf could not be copied." in said
