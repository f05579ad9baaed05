"""`oa-desktop tour`: the whole loop on the tour model, unattended."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import json_option, print_json, say
from oa_desktop.errors import ExchangeError
from oa_desktop.services.library.models import TOUR_REF
from oa_desktop.services.tour import TourReport, run_tour


@click.command()
@click.option("--model", "ref", metavar="REF", default=TOUR_REF, help="Another model than the tour model.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the exported file goes.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, metavar="S", show_default=True)
@json_option
def tour(ref: str, out: Path | None, seed: int, as_json: bool) -> None:
    """Ask, rank, continue, export and compare, by itself, printing each step.

    The conversation is kept in the store, so it can be looked at in the window afterwards.
    """
    app = App()
    report = asyncio.run(_run(app, ref, out, seed, as_json))
    if as_json:
        print_json(_document(report))
    else:
        say(f"The whole loop works. The exported file: {report.export}")


def _own_place(data: Path) -> Path:
    folder = data / "exports"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ExchangeError(
            "export-folder",
            f"The folder {folder} cannot be made: {error.strerror}.",
            hint="Choose one with --out.",
        ) from error
    return folder / f"tour-{datetime.now():%Y%m%d-%H%M%S}.jsonl"


async def _run(app: App, ref: str, out: Path | None, seed: int, as_json: bool) -> TourReport:
    tell_step = (lambda _line: None) if as_json else say
    with app.store() as worker, tempfile.TemporaryDirectory(prefix="oa-desktop-tour-") as scratch:
        target = (out or _own_place(app.paths.data)).absolute()
        async with app.engine(ref) as (_, engine):
            return await run_tour(worker, engine, target, Path(scratch), tell_step, seed=seed)


def _document(report: TourReport) -> dict[str, object]:
    return {
        "model": report.model,
        "tree_id": report.tree_id,
        "question": report.question,
        "replies": report.replies,
        "follow_up": report.follow_up,
        "answer": report.answer,
        "messages": report.messages,
        "export": str(report.export),
        "same_after_import": report.same_after_import,
    }
