"""The whole check of a model file before an engine is started for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.gguf.architectures import LISTED_VERSION, is_known
from oa_desktop.gguf.errors import ModelIncomplete, ModelUnsupported, NotAModel, printable, shown_name
from oa_desktop.gguf.facts import ModelFacts, Purpose, facts_of
from oa_desktop.gguf.header import GgufHeader, read_header
from oa_desktop.gguf.sniff import kind_of_name

_PART = re.compile(r"(?P<stem>.+)-(?P<part>\d{5})-of-(?P<parts>\d{5})\.gguf\Z", re.IGNORECASE)
_MOST_PARTS = 999

_NOT_CHAT: dict[Purpose, tuple[str, str]] = {
    Purpose.PROJECTOR: ("only the eyes of a model (mmproj)", "Choose the model it belongs to."),
    Purpose.ADAPTER: ("an adapter (LoRA), not a whole model", "Merge it into its base model first."),
    Purpose.VOCABULARY: ("only a vocabulary, without weights", "Choose the file with the weights."),
    Purpose.MATRIX: ("data for quantising, not a model", "Choose the model itself."),
    Purpose.PICTURES: ("a model for pictures, not for chat", "Choose a chat model."),
    Purpose.EMBEDDING: ("a model for vectors or sound, not for chat", "Choose a chat model."),
}


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """A model file that may be handed to the engine. parts: every file of it, the one to open first."""

    header: GgufHeader
    facts: ModelFacts
    parts: tuple[Path, ...]

    @property
    def path(self) -> Path:
        """The file to open."""
        return self.parts[0]


def check_model(path: Path) -> CheckedModel:
    """Read and judge the file. Raises children of ModelError, with the reason; loads nothing."""
    try:
        header = read_header(path)
    except ModelIncomplete:
        _check_name(path)
        raise
    _check_name(path)
    facts = facts_of(header)
    parts = _parts(path, facts)
    if facts.purpose is not Purpose.CHAT:
        what, hint = _NOT_CHAT[facts.purpose]
        raise ModelUnsupported("model-not-chat", f"{shown_name(path)} is {what}.", hint=hint)
    _check_architecture(header)
    return CheckedModel(header, facts, parts)


def _check_name(path: Path) -> None:
    """Of what the name calls unfinished or a piece the header may be whole, and the rest not there."""
    kind = kind_of_name(path)
    if kind is not None:
        raise NotAModel("model-not-gguf", f"{shown_name(path)} is {kind.title}.", hint=kind.hint)


def _check_architecture(header: GgufHeader) -> None:
    name = shown_name(header.path)
    if not header.architecture:
        raise ModelUnsupported("model-unsupported", f"{name} does not say of which architecture it is.")
    if not is_known(header.architecture):
        raise ModelUnsupported(
            "model-unsupported",
            f"{name} needs a newer engine (architecture {printable(header.architecture, 40)}).",
            detail=f"not among the architectures of llama-cpp-python {LISTED_VERSION}",
            hint="Update the app, or choose another model.",
        )


def _parts(path: Path, facts: ModelFacts) -> tuple[Path, ...]:
    if facts.split is None:
        return (path,)
    part, parts = facts.split
    match = _PART.match(path.name)
    if match is None or not 2 <= parts <= _MOST_PARTS or int(match["parts"]) != parts:
        raise ModelUnsupported(
            "model-parts",
            f"{shown_name(path)} is one of {parts} parts, but its name does not say which.",
            hint="Keep the file names as they were published.",
        )
    files = tuple(path.with_name(f"{match['stem']}-{n:05}-of-{parts:05}.gguf") for n in range(1, parts + 1))
    missing = [file for file in files if not file.is_file()]
    if missing:
        present = parts - len(missing)
        raise ModelUnsupported(
            "model-parts",
            f"{shown_name(path)} is one of {parts} parts, and {present} of {parts} are here.",
            hint=f"Download {_shown(missing)} into the same folder.",
        )
    if part != 1:
        raise ModelUnsupported(
            "model-parts",
            f"{shown_name(path)} is part {part} of {parts}.",
            hint=f"Choose the first part, {shown_name(files[0])}.",
        )
    return files


def _shown(missing: Sequence[Path]) -> str:
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"{shown_name(missing[0])}{more}"
