"""The key of a folder of saved states: states are shared only by engines that would compute the same ones."""

import os
from collections.abc import Iterable
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Final

from oa_desktop.engine.resume.segment import NAME_BYTES

FORMAT: Final = 1
"""Of the files. Another number is another folder."""
_START_BYTES: Final = 16 << 20
"""Longer than the header of any model in use: metadata, vocabulary and the list of tensors."""
_SAMPLES: Final = 256
_SAMPLE_BYTES: Final = 4096


def state_key(model_files: Iterable[Path], state_kind: str) -> str:
    """state_kind: as in `Backend`. Raises: OSError when a file of the model cannot be read."""
    digest = blake2b(f"{FORMAT} {state_kind}".encode(), digest_size=NAME_BYTES)
    for path in model_files:
        digest.update(_fingerprint(path))
    return digest.hexdigest()


def _fingerprint(path: Path) -> bytes:
    """Size, time of change, the start and samples all over the rest: no gigabytes are read.

    The start tells models apart, the samples tell apart files of one shape with other weights, and the time
    tells that a file was edited in place.
    """
    with path.open("rb", buffering=0) as file:
        facts = os.fstat(file.fileno())
        digest = sha256(f"{facts.st_size} {facts.st_mtime_ns}".encode())
        digest.update(file.read(_START_BYTES))
        step = max((facts.st_size - _START_BYTES) // _SAMPLES, _SAMPLE_BYTES)
        for offset in range(_START_BYTES, facts.st_size, step):
            file.seek(offset)
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.digest()
