"""`oa-desktop bench`: how fast a model runs here, beside a bare llama.cpp loop."""

import asyncio
import json
from pathlib import Path

import click

from oa_desktop.bench.figures import Figure, Findings
from oa_desktop.bench.plan import FULL, QUICK
from oa_desktop.bench.run import Told, run
from oa_desktop.cli.app import App
from oa_desktop.cli.output import StatusLine, json_option, print_json, say
from oa_desktop.services.fit.check import require_fit
from oa_desktop.services.library.model_file import ModelFile
from oa_desktop.services.loading import engine_options


@click.command()
@click.option("--model", "ref", metavar="REF", help="tour, an imported model, or the path of a .gguf file.")
@click.option("--quick", is_flag=True, help="Measure each thing only once or twice.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write the JSON document to this file.",
)
@click.option(
    "--llama-server",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also compare with this program, llama.cpp's own server.",
)
@json_option
def bench(ref: str | None, quick: bool, out: Path | None, llama_server: Path | None, as_json: bool) -> None:
    """Measure a model through the API, each figure beside its reference in the same run.

    A ratio says more than a speed: whatever else the computer does slows both sides.
    """
    app = App()
    model = app.library.resolve(ref or app.settings.model)
    settings = app.settings_for(model)
    require_fit(app.library, model, settings)
    options, plan = engine_options(model, settings), QUICK if quick else FULL
    status = StatusLine()
    try:
        told = _shown_on(status)
        findings = asyncio.run(
            run(options, plan, told, vocabulary_size=_vocabulary_size(model), llama_server=llama_server)
        )
    finally:
        status.clear()
    if out is not None:
        out.write_text(json.dumps(findings.as_json(), indent=2) + "\n", encoding="utf-8")
    if as_json:
        print_json(findings.as_json())
    else:
        say(_table(findings))


def _vocabulary_size(model: ModelFile) -> int:
    assert model.facts is not None  # it fits, so its header was read
    return model.facts.shape.vocabulary_size


def _shown_on(status: StatusLine) -> Told:
    return lambda what: status.show(f"{what} …")


def _table(findings: Findings) -> str:
    rows = [("", "measured", "reference", "ratio", ""), *(_cells(figure) for figure in findings.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    head = f"{findings.about['description']} on {findings.about['system']}, {findings.about['cores']} cores"
    lines = [
        "  ".join(_padded(cell, widths[i], left=i in (0, 4)) for i, cell in enumerate(row)) for row in rows
    ]
    return "\n".join([head, "", *(line.rstrip() for line in lines)])


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    reference, ratio = figure.reference_value, figure.ratio
    return (
        f"{figure.name}" + (f" [{figure.key}]" if figure.key else ""),
        f"{figure.value:,.4g} {figure.unit}",
        "" if reference is None else f"{reference:,.4g} {figure.unit}",
        "" if ratio is None else f"{ratio:.3f}",
        figure.reference,
    )


def _padded(cell: str, width: int, *, left: bool) -> str:
    return cell.ljust(width) if left else cell.rjust(width)
