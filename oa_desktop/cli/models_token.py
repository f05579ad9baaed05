"""`oa-desktop models token`: the person's token for the hub, in the system's keyring and never printed."""

import sys

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import json_option, note, print_json, say
from oa_desktop.errors import OaError, UsageError
from oa_desktop.gguf.errors import printable
from oa_desktop.hub.errors import HubBusy, HubError, HubOffline, HubUnreachable

_PLACES = {"environment": "HF_TOKEN of the environment", "keyring": "the system's keyring"}


@click.group()
def token() -> None:
    """Keep a token of the hub, for models whose owners want to know who asks."""


@token.command("set")
def set_command() -> None:
    """Keep a token in the system's keyring. It is asked for, or read from standard input."""
    if sys.stdin.isatty():
        given = click.prompt("Token (it is not shown)", hide_input=True, err=True)
    else:
        given = sys.stdin.readline()
    given = given.strip()
    if not given or not given.isascii() or not given.isprintable() or " " in given:
        raise UsageError(
            "token-invalid", "This is no token.", hint="Copy it from the settings of your account."
        )
    app = App()
    try:
        whose = f"The token of {printable(app.hub.whoami(given) or 'somebody', 60)}"
    except (HubOffline, HubUnreachable, HubBusy) as error:
        note(f"{error.title} So the token is kept without asking whose it is.")
        whose = "The token"
    app.tokens.set(given)
    say(f"{whose} is kept in the system's keyring")


@token.command()
def remove() -> None:
    """Remove the token from the system's keyring."""
    app = App()
    app.tokens.delete()
    say("The token is removed")
    if app.tokens.where() == "environment":
        say("HF_TOKEN of the environment is still used")


@token.command(short_help="Whether there is a token, where, and whose it is.")
@json_option
def show(as_json: bool) -> None:
    """Whether there is a token, where it is, and whose it is; never the token itself."""
    app = App()
    place = app.tokens.where()
    name, problem = "", ""
    if place:
        try:
            name = app.hub.whoami() or ""
        except HubError as error:
            problem = error.sentence
    if as_json:
        print_json({"place": place or None, "name": name or None, "problem": problem or None})
        return
    if not place:
        say("There is no token; most models need none")
        return
    whose = f", and belongs to {printable(name)}" if name else ""
    say(f"A token is in {_PLACES.get(place, place)}{whose}")
    if problem:
        raise OaError("token-not-checked", problem)
