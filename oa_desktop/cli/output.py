"""What commands print: text for people, or one JSON document on standard output and nothing else."""

import io
import json
import os
import sys
import textwrap
from contextlib import suppress
from typing import Any

import click

from oa_desktop.cli.next_steps import with_command
from oa_desktop.errors import OaError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""

_MOST_DETAIL_LINES = 10

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)


def settle_streams() -> None:
    """Standard streams that are there and take any text.

    A stream that was closed by whoever started us becomes the null device: its number would otherwise go to
    the next file that is opened, which may be the store.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str, *, end: str = "\n") -> None:
    """Print a part of the result. Raises: OaError when it cannot be written."""
    try:
        click.echo(text + end, nl=False)
    except BrokenPipeError:  # nobody reads it; click ends the command
        raise
    except OSError as error:
        _drop_unwritten()
        raise OaError("output-failed", f"The output cannot be written: {error.strerror}.") from error


def _drop_unwritten() -> None:
    """What could not be written would be tried again, and complained about, when the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(document: Any) -> None:
    """The one document of a `--json` run; escaped where the output's encoding has no such character."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json.dumps(document, indent=2, default=str)
    say(text)


def note(text: str) -> None:
    """Progress and remarks: standard error, so that standard output stays the result."""
    click.echo(text, err=True)


def tell(error: OaError) -> None:
    """Why something failed: its sentence, and below it the place or the numbers."""
    note(with_command(error))
    lines = [] if error.detail in error.title else error.detail.splitlines()
    shown = lines[:_MOST_DETAIL_LINES]
    if len(lines) > len(shown):
        shown.append(f"… and {len(lines) - len(shown)} lines more")
    if shown:
        note(textwrap.indent("\n".join(shown), "  "))


class StatusLine:
    """One line on a terminal that is redrawn; silent when standard error is no terminal."""

    def __init__(self) -> None:
        self._shown = False

    def show(self, text: str) -> None:
        """Replace the line."""
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{text}", err=True, nl=False)
            self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\033[K", err=True, nl=False)
            self._shown = False
