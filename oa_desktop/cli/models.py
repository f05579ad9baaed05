"""`oa-desktop models`: which models are on this machine, and adding and removing them."""

from pathlib import Path

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import StatusLine, json_option, note, print_json, say
from oa_desktop.gguf.errors import decimal_size
from oa_desktop.services.model_file import ModelFile
from oa_desktop.services.model_suggestions import SUGGESTED_MODELS


@click.group()
def models() -> None:
    """List, import, show and remove models."""


@models.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """The models that can be chosen, and what to fetch next."""
    found = App().library.list_models()
    if as_json:
        print_json({"models": [_document(model) for model in found]})
        return
    for model in found:
        say(f"{model.ref:28} {decimal_size(model.size_bytes):>9}  {_summary(model)}")
    if len(found) == 1:
        suggestion = SUGGESTED_MODELS[0]
        note(f"\nA real model to start with: {suggestion.title}, {decimal_size(suggestion.size_bytes)}.")
        note(f"Fetch {suggestion.url}\nthen: oa-desktop models import {suggestion.file}")


@models.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--copy", is_flag=True, help="Copy the file into the app's folder instead of linking it.")
@json_option
def import_command(path: Path, copy: bool, as_json: bool) -> None:
    """Add the .gguf file PATH. Its header is checked first; it stays where it is."""
    status = StatusLine()
    model = App().library.import_model(
        path, copy=copy, on_progress=lambda done, total: status.show(f"Copying … {done / max(total, 1):.0%}")
    )
    status.clear()
    if as_json:
        print_json(_document(model))
    else:
        say(f"{model.name} can now be chosen as {model.ref}")


@models.command()
@click.argument("ref")
@json_option
def show(ref: str, as_json: bool) -> None:
    """What is known of the model REF."""
    model = App().library.show(ref)
    if as_json:
        print_json(_document(model))
        return
    for name, value in _document(model).items():
        say(f"{name:16} {value}")


@models.command()
@click.argument("ref")
@click.option("--delete-file", is_flag=True, help="Also delete a file that lies in the app's folder.")
@json_option
def remove(ref: str, delete_file: bool, as_json: bool) -> None:
    """Take the model REF off the list. A linked file stays where it is; a copied one is deleted."""
    model = App().library.remove(ref, delete_file=delete_file).model
    if as_json:
        print_json({"removed": model.ref})
    else:
        say(f"Removed {model.name}")


def _summary(model: ModelFile) -> str:
    if model.problem is not None:
        return f"{model.name}: {model.problem.title}"
    if model.facts is None:
        return model.name
    return f"{model.name} ({model.facts.parameter_label}, {model.facts.quantisation}, {model.facts.family})"


def _document(model: ModelFile) -> dict[str, object]:
    facts = model.facts
    return {
        "ref": model.ref,
        "name": model.name,
        "path": str(model.path),
        "size_bytes": model.size_bytes,
        "origin": model.origin.value,
        "architecture": facts.architecture if facts else None,
        "parameters": facts.parameter_count if facts else None,
        "quantisation": facts.quantisation if facts else None,
        "context_tokens": facts.context_tokens if facts else None,
        "prompt_format": str(facts.family) if facts else None,
        "licence": facts.licence if facts else None,
        "notes": list(facts.notes) if facts else [],
        "crashed": model.crashed,
        "problem": model.problem.sentence if model.problem else None,
    }
