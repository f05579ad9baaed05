"""What lies in the app's folder for models. Links out of it, hidden folders and half files are no models."""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

_PATTERNS = ("*.gguf", "*/*.gguf", "*/*/*.gguf")
_MOST = 500
_PART = re.compile(r"(?P<stem>.+)-\d{5}-of-(?P<parts>\d{5})\.gguf\Z", re.IGNORECASE)
_MOST_PARTS = 999


def files_in(folder: Path, without: Collection[Path] = ()) -> Iterator[Path]:
    """The model files of `folder`, 500 at most, in order; of a split set the first part that is there.

    without: files that are spoken for.
    """
    real = Path(os.path.realpath(folder))
    found = sorted({file for pattern in _PATTERNS for file in folder.glob(pattern)} - set(without))
    for file in found[:_MOST]:
        hidden = any(name.startswith(".") for name in file.relative_to(folder).parts)
        inside = not hidden and Path(os.path.realpath(file)).is_relative_to(real) and file.is_file()
        if inside and not is_further_part(file):
            yield file


def is_in(folder: Path, path: Path) -> bool:
    """Whether `path` really lies in `folder`, also when one of them is reached through links."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def parts_beside(path: Path) -> tuple[Path, ...]:
    """The files that are there of the split set that `path` is a part of by its name; else just `path`."""
    match = _PART.match(path.name)
    if match is None or not 1 <= int(match["parts"]) <= _MOST_PARTS:
        return (path,)
    names = (f"{match['stem']}-{n:05}-of-{match['parts']}.gguf" for n in range(1, int(match["parts"]) + 1))
    return tuple(file for name in names if (file := path.with_name(name)).is_file()) or (path,)


def is_further_part(path: Path) -> bool:
    """Whether an earlier part of its set is there as well, which then stands for both."""
    return parts_beside(path)[0] != path
