"""`oa-desktop models search`: the known models, repositories of the hub, and the files of one of them."""

import shutil

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.downloading import ask
from oa_desktop.cli.output import StatusLine, json_option, note, print_json, say
from oa_desktop.cli.search_lines import (
    file_document,
    file_line,
    offer_document,
    offer_lines,
    repo_document,
    repo_line,
)
from oa_desktop.errors import OaError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.endpoint import host_of
from oa_desktop.services.downloads.hub_search import SORTS, Found, RepoContent
from oa_desktop.services.downloads.recommendations import Offer, offers
from oa_desktop.services.fit.estimate import Verdict, estimate, largest_model_bytes

_DOWNLOAD = "oa-desktop models download"


@click.command()
@click.argument("text", nargs=-1)
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], help="What comes first.")
@click.option("--fits", is_flag=True, help="Only what should fit this machine.")
@json_option
def search(text: tuple[str, ...], sort: str, fits: bool, as_json: bool) -> None:
    """Find models: words of their names, or the files of a repository OWNER/NAME or its address.

    Without TEXT: the models the app knows, the one to begin with on this machine first; nobody is asked.
    """
    app = App()
    words = " ".join(text).strip()
    status = StatusLine()
    status.show("Looking at this machine …")
    try:
        known = _known(app, words, fits=fits)
        if not words:
            status.clear()
            _tell_known(known, as_json=as_json)
            return
        largest = largest_model_bytes(app.machine, app.settings) if fits else None
        found = ask(lambda: app.hub_search.find(words, sort=sort, largest_bytes=largest))
    except OaError:
        status.clear()
        if words and not as_json:
            _say_offers(known)
        raise
    finally:
        status.clear()
    if found.opened is not None:
        _tell_repo(app, found, found.opened, fits=fits, as_json=as_json)
    else:
        _tell_repos(known, found, host_of(app.hub.endpoint), as_json=as_json)


def _known(app: App, words: str, *, fits: bool) -> tuple[Offer, ...]:
    catalogue = app.catalogue
    if catalogue is None:
        return ()
    meant = {entry.id for entry in catalogue.matching(words)}
    found = offers(catalogue, app.machine, app.settings) if meant else ()
    return tuple(
        offer for offer in found if offer.entry.id in meant and (not fits or _may_fit(offer.fit.verdict))
    )


def _may_fit(verdict: Verdict) -> bool:
    return verdict is not Verdict.TOO_BIG


def _say_offers(known: tuple[Offer, ...]) -> None:
    columns = shutil.get_terminal_size().columns
    for offer in known:
        for line in offer_lines(offer, columns):
            say(line)


def _tell_known(known: tuple[Offer, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"known": [offer_document(offer) for offer in known]})
        return
    _say_offers(known)
    if known:
        note(f"\nTo download one: {_DOWNLOAD} {known[0].entry.id}")


def _tell_repos(known: tuple[Offer, ...], found: Found, host: str, *, as_json: bool) -> None:
    if as_json:
        documents = [repo_document(repo) for repo in found.repos]
        print_json({"known": [offer_document(offer) for offer in known], "repos": documents})
        return
    if known:
        note("Models the app knows:")
        _say_offers(known)
        note("")
    if not found.repos:
        note(f"{host} has no GGUF model by these words.")
    else:
        note(f"On {host}:")
    for repo in found.repos:
        say(repo_line(repo))
    if known or found.repos:
        note("")
    if known:
        note(f"To download one: {_DOWNLOAD} {known[0].entry.id}")
    if found.repos:
        note(f"The files of one: oa-desktop models search {printable(found.repos[0].id)}")


def _tell_repo(app: App, found: Found, content: RepoContent, *, fits: bool, as_json: bool) -> None:
    details = content.details
    judged = [
        (
            model,
            estimate(model.size_bytes or 0, None, app.machine, app.settings, parameters=details.parameters),
        )
        for model in content.models
    ]
    judged = [(model, fit) for model, fit in judged if not fits or _may_fit(fit.verdict)]
    if as_json:
        files = [file_document(model, fit) for model, fit in judged]
        print_json({"repo": repo_document(found.repos[0]), "commit": details.commit, "files": files})
        return
    say(repo_line(found.repos[0]))
    for model, fit in judged:
        say(file_line(model, fit))
    for sentence in (content.note, _how_to_get_in(app, content)):
        if sentence:
            note(sentence)
    if judged:
        name = printable(judged[0][0].quantisation or judged[0][0].name)
        note(f"\nTo download one: {_DOWNLOAD} {printable(details.id)} {name}")
    elif content.models:
        note("None of its models fits this machine; without --fits they are listed.")
    else:
        note("There is no .gguf file to chat with in it.")


def _how_to_get_in(app: App, content: RepoContent) -> str:
    if not content.details.gated:
        return ""
    sentence = f"Its owners ask you to accept their terms first, at {printable(content.details.page, 200)}."
    return sentence if app.tokens.where() else f"{sentence} Then: oa-desktop models token set"
