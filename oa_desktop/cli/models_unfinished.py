"""`oa-desktop models unfinished`, `resume` and `discard`: downloads that are not done."""

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.download_line import amount
from oa_desktop.cli.downloading import download
from oa_desktop.cli.models_download import received_document, received_line
from oa_desktop.cli.output import json_option, note, print_json, say, tell
from oa_desktop.errors import OaError, UsageError
from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.hub.download.progress import Phase, Progress
from oa_desktop.services.downloads.job import DownloadJob, NewerJob
from oa_desktop.services.downloads.sentences import left_alone

_WIDTH = 16
"""Of `999 kB of 4.9 GB`."""


@click.command()
@json_option
def unfinished(as_json: bool) -> None:
    """The downloads that are not done, with what “resume” and “discard” take."""
    downloader = App().downloader
    jobs, newer = downloader.jobs.load(), downloader.jobs.newer()
    if as_json:
        not_ours = [{"key": job.key, "name": job.name or None} for job in newer]
        documents = [{**_job_document(job), "done_bytes": downloader.came_bytes(job)} for job in jobs]
        print_json({"downloads": documents, "newer": not_ours})
        return
    for job in jobs:
        came = _how_much(downloader.came_bytes(job), job.size_bytes)
        say(f"{job.key}  {came:>{_WIDTH}}  {printable(job.repo)} {printable(job.paths[0])}")
        if job.trouble:
            say(f"{'':16}  {printable(job.trouble[1], 200)}")
    for other in newer:
        say(f"{other.key}  {'':>{_WIDTH}}  {other.name}".rstrip())
        say(f"{'':16}  A newer version of this app began it, so it is left alone.")
    if not (jobs or newer):
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
    documents, failures = [], 0
    for job in jobs:
        if app.downloader.jobs.noted(job) is None:  # finished or given up by another program meanwhile
            continue
        note(f"{printable(job.repo)}: {printable(job.paths[0])}")
        try:
            received = download(app.downloader, job, app.download_limit)
        except OaError as error:
            if len(jobs) == 1:
                raise
            tell(error)
            failures += 1
            continue
        documents.append(received_document(received))
        if not as_json:
            say(received_line(received))
    if as_json:
        print_json({"models": documents})
    if failures:
        raise OaError(
            "downloads-not-done",
            f"{failures} of {len(jobs)} downloads could not be finished.",
            hint="See: oa-desktop models unfinished",
        )


@click.command()
@click.argument("key")
@json_option
def discard(key: str, as_json: bool) -> None:
    """Give the download KEY up and delete what came of it."""
    app = App()
    newer = [job for job in app.downloader.jobs.newer() if job.key == key]
    job = newer[0] if newer else _job_of(app, key)
    app.downloader.discard(job)
    if as_json:
        print_json({"discarded": job.key})
    else:
        say(f"Discarded {job.name or job.key if isinstance(job, NewerJob) else printable(job.paths[0])}")


def _job_of(app: App, key: str) -> DownloadJob:
    """Raises: UsageError, StorageError for what a newer version began."""
    jobs = app.downloader.jobs.load()
    if any(job.key == key for job in app.downloader.jobs.newer()):
        raise left_alone(key)
    found = [job for job in jobs if key and (job.key.startswith(key) or key in (job.repo, *job.paths))]
    if len(found) != 1:
        what = f"There are {len(found)} unfinished downloads" if found else "There is no unfinished download"
        called = f" {printable(key)}" if key else " without a name"
        raise UsageError("download-unknown", f"{what}{called}.", hint="See: oa-desktop models unfinished")
    return found[0]


def _how_much(came_bytes: int, size_bytes: int) -> str:
    """`301 of 668 MB`, as far as that is known."""
    if not (came_bytes and size_bytes):
        known = came_bytes or size_bytes
        return decimal_size(known) if known else ""
    return amount(Progress(Phase.RECEIVING, done_bytes=came_bytes, total_bytes=size_bytes))


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
