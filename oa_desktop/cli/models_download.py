"""`oa-desktop models download`, and downloads that are not done: `unfinished`, `resume`, `discard`."""

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.downloading import ask, download
from oa_desktop.cli.model_lines import model_document
from oa_desktop.cli.output import json_option, note, print_json, say
from oa_desktop.errors import UsageError
from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.errors import GatedRepo
from oa_desktop.services.download_choice import ChosenDownload, choose
from oa_desktop.services.download_jobs import DownloadJob
from oa_desktop.services.downloading import Received


@click.command("download")
@click.argument("repo")
@click.argument("file", default="")
@click.option("--revision", metavar="R", default="", help="A branch, tag or commit; the newest by default.")
@json_option
def download_command(repo: str, file: str, revision: str, as_json: bool) -> None:
    """Download FILE of the hub's repository REPO, check it, and add it to the models.

    REPO is OWNER/NAME, an address of the hub, or a name that “oa-desktop models search” lists. FILE is the
    name of a .gguf file or a quantisation such as Q4_K_M; any part of a split model stands for all of them.
    """
    app = App()
    try:
        catalogue = app.catalogue
        chosen = ask(lambda: choose(app.hub, catalogue, repo, file, revision))
        _introduce(chosen)
        received = download(app.downloader, chosen.job, app.download_limit)
    except GatedRepo as error:
        if not app.tokens.where():
            error.hint = f"{error.hint} Then give the app a token: oa-desktop models token set".strip()
        raise
    _tell_received([received], as_json=as_json, one=True)


@click.command()
@json_option
def unfinished(as_json: bool) -> None:
    """The downloads that are not done, with what “resume” and “discard” take."""
    jobs = App().downloader.jobs.load()
    if as_json:
        print_json({"downloads": [_job_document(job) for job in jobs]})
        return
    for job in jobs:
        size = decimal_size(job.size_bytes) if job.size_bytes else ""
        say(f"{job.key}  {size:>9}  {printable(job.repo)} {printable(job.paths[0])}")
        if job.trouble:
            say(f"{'':16}  {printable(job.trouble[1], 200)}")
    if not jobs:
        note("No download is waiting to be finished.")


@click.command()
@click.argument("key", default="")
@json_option
def resume(key: str, as_json: bool) -> None:
    """Go on with the download KEY, or with all of them, one after the other."""
    app = App()
    jobs = [_job_of(app, key)] if key else list(app.downloader.jobs.load())
    if not jobs:
        note("No download is waiting to be finished.")
    received = []
    for job in jobs:
        note(f"{printable(job.repo)}: {printable(job.paths[0])}")
        received.append(download(app.downloader, job, app.download_limit))
    _tell_received(received, as_json=as_json)


@click.command()
@click.argument("key")
@json_option
def discard(key: str, as_json: bool) -> None:
    """Give the download KEY up and delete what came of it."""
    app = App()
    job = _job_of(app, key)
    app.downloader.discard(job)
    if as_json:
        print_json({"discarded": job.key})
    else:
        say(f"Discarded {printable(job.paths[0])}")


def _introduce(chosen: ChosenDownload) -> None:
    """What is about to come, under which licence, and what a person should know before."""
    job, entry = chosen.job, chosen.entry
    parts = f" in {len(job.paths)} parts" if len(job.paths) > 1 else ""
    size = f", {decimal_size(job.size_bytes)}{parts}" if job.size_bytes else ""
    note(f"{printable(job.repo)}: {printable(job.paths[0])}{size}")
    if entry is not None:
        note(f"{entry.licence_name}: {entry.licence_notice} {entry.licence_url}")
    elif chosen.details.licence:
        where = printable(chosen.details.licence_notice_url)
        note(f"Licence: {printable(chosen.details.licence)} {where}".strip())
    for sentence in chosen.notes:
        note(sentence)


def _tell_received(received: list[Received], *, as_json: bool, one: bool = False) -> None:
    if as_json:
        documents = [{**model_document(item.model), "was_there": item.was_there} for item in received]
        print_json(documents[0] if one else {"models": documents})
        return
    for item in received:
        if item.was_there:
            say(f"{item.model.name} is here already, as {item.model.ref}")
        else:
            say(f"{item.model.name} can now be chosen as {item.model.ref}")


def _job_of(app: App, key: str) -> DownloadJob:
    """Raises UsageError."""
    jobs = app.downloader.jobs.load()
    found = [job for job in jobs if job.key.startswith(key) or key in (job.repo, *job.paths)]
    if len(found) != 1:
        what = "several unfinished downloads" if found else "no unfinished download"
        raise UsageError(
            "download-unknown", f"There is {what} {printable(key)}.", hint="See: oa-desktop models unfinished"
        )
    return found[0]


def _job_document(job: DownloadJob) -> dict[str, object]:
    return {
        "key": job.key,
        "repo": job.repo,
        "paths": list(job.paths),
        "revision": job.revision,
        "title": job.title,
        "size_bytes": job.size_bytes or None,
        "paused": job.paused,
        "problem": job.trouble[1] if job.trouble else None,
    }
