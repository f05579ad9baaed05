"""What a folder holds that somebody chose in place of a model file, from the names in it alone."""

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from oa_desktop.gguf.errors import printable
from oa_desktop.gguf.file_kinds import GET_GGUF

_MOST_NAMES: Final = 5_000
_WEIGHTS: Final = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
_APPLE: Final = (".mlpackage", ".mlmodelc")


def describe_folder(path: Path) -> tuple[str, str]:
    """What it is, to complete "X is ...", and what to do instead. Never raises."""
    names = _names(path)
    models = sorted(name for name in names if name.lower().endswith(".gguf"))
    if models:
        count = "a GGUF file" if len(models) == 1 else f"{len(models)} GGUF files"
        return f"a folder with {count}", f"Choose {_shown(models)} in it."
    return _without_models(path, set(names))


def _without_models(path: Path, names: set[str]) -> tuple[str, str]:
    if path.suffix.lower() in _APPLE:
        return "a Core ML model", GET_GGUF
    if "adapter_config.json" in names:
        return (
            "a folder with an adapter (LoRA) for PyTorch",
            "Merge it into its base model first, or look for a .gguf file that has it in.",
        )
    if "config.json" in names and any(name.lower().endswith(_WEIGHTS) for name in names):
        return "a folder with a Hugging Face checkpoint for PyTorch", GET_GGUF
    if "saved_model.pb" in names:
        return "a TensorFlow model", GET_GGUF
    if {"blobs", "snapshots"} <= names:
        return "a folder of the Hugging Face cache", "Choose a .gguf file in one of its snapshots."
    if {"blobs", "manifests"} <= names:
        return (
            "the model folder of Ollama",
            "Its weights are the largest files in blobs; choose one of those.",
        )
    if not names:
        return "an empty folder", "Choose a .gguf file."
    return "a folder", "Choose a .gguf file."


def _names(path: Path) -> Sequence[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in islice(entries, _MOST_NAMES)]
    except OSError:
        return ("?",)


def _shown(models: Sequence[str]) -> str:
    """The names of one or two, or the first and that there are others."""
    first = printable(models[0])
    if len(models) == 1:
        return first
    return f"{first} or {printable(models[1])}" if len(models) == 2 else f"one of them, such as {first},"
