"""`oa-desktop import` and `oa-desktop export`: files of the oasst format in and out."""

import asyncio
from pathlib import Path

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import DONE, FAILED, json_option, note, print_json, say, tell
from oa_desktop.conversation.message import TreeId
from oa_desktop.conversation.states import TreeState
from oa_desktop.errors import ExchangeError
from oa_desktop.services.exporting import ExportFilter, ExportFormat, export_file
from oa_desktop.services.importing import ImportReport, import_file
from oa_desktop.store.text import clean


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--skip-bad-lines", is_flag=True, help="Take the complete trees, leave out what is faulty.")
@json_option
def import_command(files: tuple[Path, ...], dry_run: bool, skip_bad_lines: bool, as_json: bool) -> int:
    """Import oasst FILES (.jsonl or .jsonl.gz).

    Each file is taken whole or not at all, whatever becomes of the others; importing one again changes
    nothing.
    """
    reports: list[ImportReport] = []
    with App().store() as worker:
        for file in files:
            try:
                report = asyncio.run(
                    import_file(worker, file, dry_run=dry_run, skip_bad_lines=skip_bad_lines)
                )
            except ExchangeError as error:
                tell(error)
                continue
            reports.append(report)
            if not as_json:
                _print(report)
    if as_json and reports:
        print_json({"files": [_document(report) for report in reports]})
    return DONE if len(reports) == len(files) else FAILED


def _print(report: ImportReport) -> None:
    verb = "would import" if report.dry_run else "imported"
    say(
        f"{report.path.name}: {verb} {report.messages} messages in {report.trees} new and "
        f"{report.extended} known conversations; {report.skipped} were there already."
    )
    for rejected in report.rejected:
        note(f"  left out: {rejected}")


def _document(report: ImportReport) -> dict[str, object]:
    return {
        "path": str(report.path),
        "dry_run": report.dry_run,
        "trees": report.trees,
        "extended": report.extended,
        "messages": report.messages,
        "skipped": report.skipped,
        "renamed": len(report.renamed),
        "replaced_characters": report.replaced_characters,
        "rejected": [str(rejected) for rejected in report.rejected],
        "ignored_keys": list(report.ignored_keys),
    }


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    type=click.Choice([format.value for format in ExportFormat]),
    default=ExportFormat.OASST.value,
    show_default=True,
    help="Trees, flat messages, or a document to read.",
)
@click.option("--tree", "trees", multiple=True, metavar="ID", help="Only this conversation; repeatable.")
@click.option("--lang", "langs", multiple=True, metavar="CODE", help="Only this language; repeatable.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([s.value for s in TreeState]),
    help="Only this state.",
)
@click.option("--ranked", is_flag=True, help="Only conversations with a ranked reply.")
@click.option("--min-messages", type=click.IntRange(1), default=1, metavar="N", help="Only longer ones.")
@json_option
def export_command(
    out: Path,
    format_name: str,
    trees: tuple[str, ...],
    langs: tuple[str, ...],
    states: tuple[str, ...],
    ranked: bool,
    min_messages: int,
    as_json: bool,
) -> None:
    """Write conversations to the file OUT, compressed when it ends in .gz.

    The file is complete or it does not exist.
    """
    chosen = ExportFilter(frozenset(langs), frozenset(states), ranked, min_messages)
    tree_ids = [TreeId(clean(tree)[0]) for tree in trees] or None
    with App().store(read_only=True) as worker:
        report = asyncio.run(export_file(worker, out, format_name, tree_ids=tree_ids, chosen=chosen))
    if as_json:
        print_json(
            {
                "path": str(report.path),
                "format": report.format.value,
                "trees": report.trees,
                "messages": report.messages,
                "size_bytes": report.size_bytes,
                "left_out": report.left_out,
            }
        )
        return
    say(f"Wrote {report.messages} messages of {report.trees} conversations to {report.path}")
    for reason, count in report.left_out.items():
        note(f"  left out, {reason}: {count}")
