"""What commands print: text for people, or one JSON document on standard output and nothing else."""

import json
import sys
from typing import Any

import click

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)


def print_json(document: Any) -> None:
    """The one document of a `--json` run."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def note(text: str) -> None:
    """Progress and remarks: standard error, so that standard output stays the result."""
    click.echo(text, err=True)


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
