"""The `oa-desktop` command: its subcommands, and how their errors become one sentence and an exit code."""

import logging
from collections.abc import Sequence

import click

from oa_desktop import __version__
from oa_desktop.cli.lazy_group import LazyGroup
from oa_desktop.cli.output import DONE, FAILED, INTERRUPTED, WRONG_USAGE, settle_streams, tell
from oa_desktop.errors import OaError, UsageError

log = logging.getLogger(__name__)

_COMMANDS = {
    "chat": ("chat:chat", "Ask a question and print the replies, or chat line by line."),
    "tour": ("tour:tour", "Ask, rank, continue, export and compare, by itself."),
    "models": ("models:models", "Find, download, import, check and remove models."),
    "serve": ("serve:serve", "Serve a model over the OpenAI protocol until Ctrl+C."),
    "import": ("exchange:import_command", "Import files of the oasst format."),
    "export": ("exchange:export_command", "Write conversations to a file."),
    "stats": ("stats:stats", "Count what the store holds."),
    "doctor": ("doctor:doctor", "Look at everything and say what to do."),
    "bench": ("bench:bench", "Measure how fast a model runs, beside a bare llama.cpp loop."),
}
"""By name: where the command is in this package, and its line in the list of commands."""


@click.group(
    cls=LazyGroup,
    commands_by_name=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="oa-desktop")
def cli() -> None:
    """Chat offline with open assistant models, rank replies, export the oasst format.

    Without a command the window opens.
    """


def main(arguments: Sequence[str]) -> int:
    """Run one command. Returns its exit code; raises only SystemExit, when nobody reads the output."""
    settle_streams()
    logging.getLogger().addHandler(logging.NullHandler())  # else warnings are printed until there is a file
    try:
        result = cli.main(args=list(arguments), prog_name="oa-desktop", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OaError as error:
        tell(error)
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    except OSError as error:
        log.exception("the system refused")
        tell(
            OaError("system-refused", f"The system refused: {error.strerror or error}.", detail=_place(error))
        )
        return FAILED
    except Exception as bug:
        log.exception("a command failed")
        tell(
            OaError(
                "internal-error",
                f"The app made a mistake ({type(bug).__name__}).",
                hint="app.log in its folder of logs says where.",
            )
        )
        return FAILED
    return result if isinstance(result, int) else DONE


def _place(error: OSError) -> str:
    return "" if error.filename is None else str(error.filename)
