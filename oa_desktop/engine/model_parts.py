"""The files of one model: large ones are split as `name-00001-of-00003.gguf` and found by their numbers."""

import re
from pathlib import Path
from typing import Final

_PART: Final = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")


def model_parts(path: Path) -> tuple[Path, ...]:
    """Every file that belongs to the model at `path`, itself first; they need not exist."""
    match = _PART.fullmatch(path.name)
    if match is None:
        return (path,)
    count = match["count"]
    numbers = range(1, int(count) + 1)
    others = (path.with_name(f"{match['stem']}-{number:05}-of-{count}.gguf") for number in numbers)
    return (path, *(other for other in others if other != path))
