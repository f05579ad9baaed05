"""`oa-desktop models download`: a model of the hub, checked and added, or one another program has."""

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.downloading import ask, download
from oa_desktop.cli.model_lines import how_to_chat, model_document
from oa_desktop.cli.next_steps import suggest
from oa_desktop.cli.output import StatusLine, json_option, note, print_json, say
from oa_desktop.errors import UsageError
from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.services.downloads.choice import ChosenDownload, choose
from oa_desktop.services.downloads.downloader import Received
from oa_desktop.services.downloads.getting import looked_for
from oa_desktop.services.fit.estimate import Verdict, estimate
from oa_desktop.services.library.adopting import adopt_any


@click.command("download")
@click.argument("repo")
@click.argument("file", default="")
@click.option(
    "--revision",
    metavar="R",
    default="",
    help="A branch, tag or commit; by default the newest, or that of the list of known models.",
)
@click.option("--adopt", is_flag=True, help="Use the file where another program already has it, if one does.")
@json_option
def download_command(repo: str, file: str, revision: str, adopt: bool, as_json: bool) -> None:
    """Download FILE of the hub's repository REPO, check it, and add it to the models.

    REPO is OWNER/NAME, an address of the hub, or a name that “oa-desktop models search” lists. FILE is the
    name of a .gguf file or a quantisation such as Q4_K_M; any part of a split model stands for all of them.
    """
    app = App()
    catalogue = app.catalogue
    try:
        chosen = ask(lambda: choose(app.hub, catalogue, repo, file, revision))
    except UsageError as error:
        if error.code == "repo-unknown" and catalogue is not None:
            suggest(error, repo, [entry.id for entry in catalogue.entries])
        raise
    _introduce(app, chosen)
    received = _adopted(app, chosen, adopt=adopt)
    received = received or download(app.downloader, chosen.job, app.download_limit)
    if as_json:
        print_json(received_document(received))
    else:
        say(received_line(received))
        note(how_to_chat(received.model))


def received_line(received: Received) -> str:
    """What a download ended with."""
    model = received.model
    if received.was_there:
        return f"{model.name} is here already, as {model.ref}"
    return f"{model.name} can now be chosen as {model.ref}"


def received_document(received: Received) -> dict[str, object]:
    """The same for scripts."""
    return {**model_document(received.model), "was_there": received.was_there}


def _introduce(app: App, chosen: ChosenDownload) -> None:
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
    for sentence in (*chosen.notes, _doubt(app, chosen)):
        if sentence:
            note(sentence)


def _doubt(app: App, chosen: ChosenDownload) -> str:
    """Why it may not run here; empty when it will."""
    entry = chosen.entry
    fit = estimate(
        chosen.job.size_bytes,
        entry.shape if entry else None,
        app.machine,
        app.settings,
        context_tokens=(entry.context_tokens if entry else chosen.details.context_tokens) or 0,
        parameters=round(entry.parameters * 1e9) if entry else chosen.details.parameters,
    )
    return fit.reason if fit.verdict in (Verdict.TIGHT, Verdict.TOO_BIG) else ""


def _adopted(app: App, chosen: ChosenDownload, *, adopt: bool) -> Received | None:
    """The model from another program's folder; unless that is wanted, it is only said where it is."""
    prepared = looked_for(app.library, chosen)
    if prepared.copy is None or prepared.source is None:
        return None
    if not adopt:
        note(f"{prepared.copy.app} already has such a file; with --adopt it is used where it lies.")
        return None
    status = StatusLine()
    try:
        model = adopt_any(
            app.library,
            prepared.source,
            prepared.copy.size_bytes,
            lambda done, total: status.show(f"Reading … {done / max(total, 1):.0%}"),
        )
    finally:
        status.clear()
    return Received(model, was_there=True) if model is not None else None
