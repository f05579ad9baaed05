"""The `oa-desktop` command: its subcommands, and how their errors become one sentence and an exit code."""

import os
import sys
from collections.abc import Sequence

import click

from oa_desktop import __version__
from oa_desktop.errors import OaError, UsageError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="oa-desktop")
def cli() -> None:
    """Chat offline with open assistant models, rank replies, export the oasst format.

    Without a command the window opens.
    """


def main(arguments: Sequence[str]) -> int:
    """Run one command. Returns its exit code; never raises for expected trouble."""
    try:
        result = cli.main(args=list(arguments), prog_name="oa-desktop", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OaError as error:
        click.echo(error.sentence, err=True)
        if error.detail:
            click.echo(f"  {error.detail}", err=True)
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    except BrokenPipeError:
        # The reader of our output went away (`| head`); the flush at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return result if isinstance(result, int) else DONE


def _register() -> None:
    from oa_desktop.cli import chat, doctor, exchange, models, serve, stats, tour

    for command in (
        chat.chat,
        tour.tour,
        models.models,
        serve.serve,
        exchange.import_command,
        exchange.export_command,
        stats.stats,
        doctor.doctor,
    ):
        cli.add_command(command)


_register()
