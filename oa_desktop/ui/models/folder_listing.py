"""What a folder offers to a person who looks for a model file. Pure, but for reading the folder."""

import os
from dataclasses import dataclass
from pathlib import Path

MODEL_SUFFIX = ".gguf"
SHOWN_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A folder to go into, or a model file to open. key: its path."""

    key: str
    title: str
    folder: bool


def folder_entries(folder: Path) -> tuple[FolderEntry, ...]:
    """The way up, folders, then model files, each by name; without hidden ones. Raises: OSError."""
    with os.scandir(folder) as found:
        visible = [entry for entry in found if not entry.name.startswith(".")]
    folders = sorted((e for e in visible if e.is_dir()), key=lambda e: e.name.casefold())
    files = sorted(
        (e for e in visible if e.name.lower().endswith(MODEL_SUFFIX) and not e.is_dir()),
        key=lambda e: e.name.casefold(),
    )
    inside = [FolderEntry(e.path, e.name, folder=True) for e in folders]
    inside += [FolderEntry(e.path, e.name, folder=False) for e in files]
    up = [FolderEntry(str(folder.parent), "..", folder=True)] if folder.parent != folder else []
    return tuple((up + inside)[:SHOWN_ENTRIES])
