"""`oa-desktop models list`, `import`, `show`, `verify` and `remove`: the models on this machine."""

from pathlib import Path

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.model_lines import fact_lines, how_to_chat, model_document, model_summary, what_to_know
from oa_desktop.cli.next_steps import suggest
from oa_desktop.cli.output import FAILED, StatusLine, json_option, note, print_json, say
from oa_desktop.cli.search_lines import offer_document
from oa_desktop.gguf.errors import ModelMissing, decimal_size
from oa_desktop.services.downloads.recommendations import offer_of, offers, recommended


@click.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """The models that can be chosen, and what to download next."""
    app = App()
    found = app.library.list_models()
    if as_json:
        print_json({"models": [model_document(model) for model in found]})
        return
    for model in found:
        say(f"{model.ref:28} {decimal_size(model.size_bytes):>9}  {model_summary(model)}")
    if len(found) == 1:
        _suggest(app)


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--copy", is_flag=True, help="Copy the file into the app's folder instead of linking it.")
@json_option
def import_command(path: Path, copy: bool, as_json: bool) -> None:
    """Add the .gguf file PATH. Its header is checked first; it stays where it is."""
    status = StatusLine()
    try:
        model = App().library.import_model(
            path,
            copy=copy,
            on_progress=lambda done, total: status.show(f"Copying … {done / max(total, 1):.0%}"),
        )
    finally:
        status.clear()
    if as_json:
        print_json(model_document(model))
    else:
        say(f"{model.name} can now be chosen as {model.ref}")
        for sentence in (*what_to_know(model), how_to_chat(model)):
            note(sentence)


@click.command()
@click.argument("ref")
@json_option
def show(ref: str, as_json: bool) -> None:
    """What is known of the model REF, of this machine or of the catalogue."""
    app = App()
    try:
        document = model_document(app.library.show(ref))
    except ModelMissing as error:
        known = app.catalogue.find(ref) if app.catalogue else None
        if known is None:
            if app.catalogue and not error.hint.startswith("Did you mean"):
                suggest(error, ref, [entry.id for entry in app.catalogue.entries])
            raise
        document = offer_document(offer_of(*known, app.machine, app.settings))
    if as_json:
        print_json(document)
        return
    for line in fact_lines(document):
        say(line)


@click.command()
@click.argument("ref")
@json_option
def verify(ref: str, as_json: bool) -> int:
    """Read all of the model REF and compare it with what the hub published, or with an earlier time."""
    status = StatusLine()
    try:
        verified = App().library.verify(
            ref, lambda done, total: status.show(f"Reading … {done / max(total, 1):.0%}")
        )
    finally:
        status.clear()
    if as_json:
        print_json(
            {
                "ok": verified.ok,
                "sentence": verified.sentence,
                "published": verified.published,
                "sha256": list(verified.sha256),
            }
        )
    elif verified.ok:
        say(verified.sentence)
    else:
        note(verified.sentence)
    return 0 if verified.ok else FAILED


@click.command()
@click.argument("ref")
@click.option("--delete-file", is_flag=True, help="Also delete a file that lies in the app's folder.")
@json_option
def remove(ref: str, delete_file: bool, as_json: bool) -> None:
    """Take the model REF off the list. A linked file stays where it is; one of the app's is deleted."""
    library = App().library
    removal = library.remove(ref, delete_file=delete_file)
    library.purge(removal)
    if as_json:
        print_json({"removed": removal.model.ref, "freed_bytes": removal.freed_bytes})
    else:
        freed = f" and freed {decimal_size(removal.freed_bytes)}" if removal.freed_bytes else ""
        say(f"Removed {removal.model.name}{freed}")


def _suggest(app: App) -> None:
    """A first real model, for somebody who has none."""
    if app.catalogue is None:
        return
    first = recommended(offers(app.catalogue, app.machine, app.settings))
    if first is None:
        note("\nModels the app knows: oa-desktop models search")
        return
    size = f", {decimal_size(first.size_bytes)}" if first.size_bytes else ""
    note(f"\nA real model to begin with: {first.entry.title}{size}. {first.entry.sentence}")
    note(f"Download it: oa-desktop models download {first.entry.id}\nOr see others: oa-desktop models search")
