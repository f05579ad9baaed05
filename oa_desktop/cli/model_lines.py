"""Models as lines and as JSON, for every command that names one."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from oa_desktop.gguf.errors import decimal_size, printable
from oa_desktop.services.library.model_file import ModelFile

_SIZES = {"size_bytes": "on disk", "need_bytes": "in memory"}
"""What a person calls a number of bytes."""


def model_summary(model: ModelFile) -> str:
    """One line, or the problem."""
    if model.problem is not None:
        return f"{model.name}: {model.problem.title}"
    if model.facts is None:
        return model.name
    return f"{model.name} ({model.facts.parameter_label}, {model.facts.quantisation}, {model.facts.family})"


def what_to_know(model: ModelFile) -> Iterator[str]:
    """What its header says that a person may want to change, or bear in mind."""
    if model.facts is not None:
        yield f"Its prompt format is {model.facts.family}, as recognised; --prompt-format takes another"
        yield from model.facts.notes


def how_to_chat(model: ModelFile) -> str:
    """What to type next."""
    return f"To talk to it: oa-desktop chat --model {printable(model.ref)}"


def fact_lines(document: Mapping[str, object]) -> Iterator[str]:
    """What is known of a model, a line for each fact."""
    for name, value in document.items():
        match value:
            case int() if name in _SIZES:
                text, name = f"{decimal_size(value)} ({value:,} bytes)", _SIZES[name]
            case int() if not isinstance(value, bool):
                text = f"{value:,}"
            case {"repo": repo, "commit": commit, "paths": paths}:
                text = printable(f"{paths[0]} of {repo} at {commit}", 300)
            case dict():
                text = ", ".join(f"{key} {printable(str(chosen))}" for key, chosen in value.items())
            case list():
                text = " ".join(map(str, value))
            case None | False:
                text = ""
            case _:
                text = str(value)
        if text:
            yield f"{name:16} {text}"


def model_document(model: ModelFile) -> dict[str, object]:
    """All that is known of it."""
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
        "source": asdict(model.source) if model.source else None,
        "settings": model.settings.values,
        "notes": list(facts.notes) if facts else [],
        "crashed": model.crashed,
        "problem": model.problem.sentence if model.problem else None,
    }
