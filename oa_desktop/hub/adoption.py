"""Where other programs on this machine keep model files. Reads no contents and changes nothing.

The folders are those that these programs take by themselves, or that the environment names.
"""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from oa_desktop.presence import is_file, is_folder

_MOST_ENTRIES = 20_000
_DEEPEST = 8
_RENAMED = "model.gguf"
"""Jan calls every model so, in a folder with its name."""


class Layout(Enum):
    """How a program names its files."""

    NAMES = "names"
    """As they were published, perhaps with the repository in front."""
    OLLAMA = "ollama"
    """`sha256-<hash>` in one folder."""
    HUB_CACHE = "hub cache"
    """By name in `snapshots`, linked to `blobs` named by hash, in a folder for each repository."""


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """A folder of another program. app: as a person knows it."""

    app: str
    folder: Path
    layout: Layout = Layout.NAMES


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be the wanted one. by_hash: its name says so; its bytes were not read."""

    path: Path
    app: str
    size_bytes: int
    by_hash: bool


def model_places(
    environment: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[ModelPlace, ...]:
    """The folders that are there. environment, home: those of the process and the person unless given."""
    variables = dict(os.environ if environment is None else environment)
    places = _known_places(variables, home or _home())
    return tuple(dict.fromkeys(place for place in places if is_folder(place.folder)))


def candidates(
    places: tuple[ModelPlace, ...], sha256: str | None, name: str, size_bytes: int | None
) -> Iterator[Candidate]:
    """Files that are called by this hash, or have this name and size; those called by the hash first.

    name: of the file, without a folder. Follows no link out of a place, and looks at 20 000 names in each.
    """
    seen: set[str] = set()
    for by_hash in (True, False):
        for place in places:
            found = _by_hash(place, sha256) if by_hash else _by_name(place, name, size_bytes)
            for path in found if sha256 or not by_hash else ():
                size = _regular_size(path, place.folder)
                real = os.path.realpath(path)
                if size is not None and real not in seen and size_bytes in (None, size):
                    seen.add(real)
                    yield Candidate(path, place.app, size, by_hash)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # somebody without one
        return Path(os.devnull)


def _known_places(variables: Mapping[str, str], home: Path) -> Iterator[ModelPlace]:
    def named(variable: str, *below: str) -> list[Path]:
        value = variables.get(variable, "").strip()
        with suppress(RuntimeError):  # "~" of nobody
            return [Path(value).expanduser().joinpath(*below)] if value else []
        return []

    cache = next(iter(named("XDG_CACHE_HOME")), home / ".cache")
    hub = named("HF_HUB_CACHE") or named("HUGGINGFACE_HUB_CACHE") or named("HF_HOME", "hub")
    for folder in hub or [cache / "huggingface" / "hub"]:
        yield ModelPlace("Hugging Face", folder, Layout.HUB_CACHE)
    for folder in (home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"):
        yield ModelPlace("LM Studio", folder)
    system = [] if sys.platform == "win32" else [Path("/usr/share/ollama/.ollama/models")]
    for folder in (*named("OLLAMA_MODELS"), home / ".ollama" / "models", *system):
        yield ModelPlace("Ollama", folder / "blobs", Layout.OLLAMA)
    data, settings, caches = _system_folders(variables, home, cache)
    yield ModelPlace("GPT4All", data / "nomic.ai" / "GPT4All")
    yield ModelPlace("GPT4All", home / ".cache" / "gpt4all")
    for folder in dict.fromkeys((settings, data)):
        for below in ("data/llamacpp/models", "data/models", "models"):
            yield ModelPlace("Jan", folder / "Jan" / below)
    yield ModelPlace("Jan", home / "jan" / "models")
    for folder in named("LLAMA_CACHE") or [caches / "llama.cpp"]:
        yield ModelPlace("llama.cpp", folder)


def _system_folders(variables: Mapping[str, str], home: Path, cache: Path) -> tuple[Path, Path, Path]:
    """Where programs keep data, settings and caches."""
    if sys.platform == "win32":
        local = Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local")
        return local, Path(variables.get("APPDATA") or home / "AppData" / "Roaming"), local
    if sys.platform == "darwin":
        support = home / "Library" / "Application Support"
        return support, support, home / "Library" / "Caches"
    data = Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data, Path(variables.get("XDG_CONFIG_HOME") or home / ".config"), cache


def _by_hash(place: ModelPlace, sha256: str | None) -> Iterator[Path]:
    if place.layout is Layout.OLLAMA:
        yield place.folder / f"sha256-{sha256}"
    elif place.layout is Layout.HUB_CACHE:
        for repository in _entries(place.folder, 1):
            blob = Path(repository) / "blobs" / f"{sha256}"
            if is_file(blob):
                yield _name_in_cache(Path(repository), blob)


def _name_in_cache(repository: Path, blob: Path) -> Path:
    """The name that a snapshot gives to these bytes, which says what they are; else the blob itself."""
    for entry in _entries(repository / "snapshots", _DEEPEST):
        if entry.is_symlink() and os.path.realpath(entry) == os.path.realpath(blob):
            return Path(entry)
    return blob


def _by_name(place: ModelPlace, name: str, size_bytes: int | None) -> Iterator[Path]:
    if place.layout is Layout.OLLAMA:
        return
    wanted = name.lower()
    for entry in _entries(place.folder, _DEEPEST):
        found = entry.name.lower()
        renamed = found == _RENAMED and size_bytes is not None
        if found == wanted or found.endswith(f"_{wanted}") or renamed:
            yield Path(entry)


def _entries(folder: Path, deepest: int) -> Iterator["os.DirEntry[str]"]:
    """What is in `folder` and, without following links, in the folders below."""
    folders, looked_at = [(str(folder), 1)], 0
    while folders:
        path, depth = folders.pop()
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            looked_at += 1
            if looked_at > _MOST_ENTRIES:
                return
            yield entry
            if depth < deepest and entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, depth + 1))


def _regular_size(path: Path, folder: Path) -> int | None:
    """The size of a file that really lies in `folder`; None for everything else."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    return status.st_size if stat.S_ISREG(status.st_mode) and inside else None
