"""What lies in the app's folder for models. Links out of it, hidden folders and half files are no models."""

import os
import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from oa_desktop.presence import is_file

_DEEPEST = 3
_MOST = 500
_MOST_ENTRIES = 20_000
_PART = re.compile(r"(?P<stem>.+)-\d{5}-of-(?P<parts>\d{5})\.gguf\Z", re.IGNORECASE)
_MOST_PARTS = 999


def files_in(folder: Path, without: Collection[Path] = ()) -> Iterator[Path]:
    """The model files of `folder`, 500 at most, in order; of a split set the first part that is there.

    without: files that are spoken for.
    """
    real = Path(os.path.realpath(folder))
    if real == Path(real.anchor):
        return
    found = sorted(set(_named_files(folder, 1)) - set(without))
    for file in found[:_MOST]:
        inside = Path(os.path.realpath(file)).is_relative_to(real) and is_file(file)
        if inside and not is_further_part(file):
            yield file


def _named_files(folder: Path, depth: int) -> Iterator[Path]:
    """Files with the right suffix, here and in folders below; no link to a folder is gone through."""
    try:
        with os.scandir(folder) as listing:
            entries = list(islice(listing, _MOST_ENTRIES))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if depth < _DEEPEST and entry.is_dir(follow_symlinks=False):
            yield from _named_files(Path(entry.path), depth + 1)
        elif entry.name.lower().endswith(".gguf"):
            yield Path(entry.path)


def is_in(folder: Path, path: Path) -> bool:
    """Whether `path` really lies in `folder`, also when one of them is reached through links."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def parts_beside(path: Path) -> tuple[Path, ...]:
    """The files that are there of the split set that `path` is a part of by its name; else just `path`."""
    match = _PART.match(path.name)
    if match is None or not 1 <= int(match["parts"]) <= _MOST_PARTS:
        return (path,)
    names = (f"{match['stem']}-{n:05}-of-{match['parts']}.gguf" for n in range(1, int(match["parts"]) + 1))
    return tuple(file for name in names if is_file(file := path.with_name(name))) or (path,)


def is_further_part(path: Path) -> bool:
    """Whether an earlier part of its set is there as well, which then stands for both."""
    return parts_beside(path)[0] != path
