"""Open a model file only if it is a regular file: a named pipe would wait, a device would never end."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from oa_desktop.gguf.errors import ModelMissing, printable, shown_name
from oa_desktop.gguf.folder_kinds import describe_folder


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The open file and its size in bytes. Raises ModelMissing with the cause."""
    name = shown_name(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind, hint = "not a regular file", "Choose a .gguf file."
            if stat.S_ISDIR(status.st_mode):
                kind, hint = describe_folder(path)
            raise ModelMissing("model-missing", f"{name} is {kind}.", hint=hint)
        file = path.open("rb", buffering=0)
    except FileNotFoundError as exc:
        raise ModelMissing(
            "model-missing",
            f"There is no model file {name}.",
            detail=printable(str(path)),
            hint="It may have been moved.",
        ) from exc
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the path
        raise ModelMissing(
            "model-unreadable",
            f"The model file {name} cannot be opened.",
            detail=str(exc),
            hint="Check its permissions.",
        ) from exc
    with file:
        yield file, status.st_size
