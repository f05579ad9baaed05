"""Give back the pages of a model's file that were read only once, while it was loaded.

llama.cpp maps the file, and copies weights that it computes faster with in another order. The originals stay
mapped, so that the engine seems to take the memory twice. What is used is mapped again when it is touched.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_MADV_DONTNEED: Final = 4
_MAPS: Final = Path("/proc/self/maps")


def let_go(path: Path) -> None:
    """Of the file at `path`, whatever is mapped of it to be read. Elsewhere than on Linux: nothing."""
    if sys.platform != "linux":
        return
    with suppress(OSError, ValueError):
        advise = ctypes.CDLL(None).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for start, end in _mappings(path):
            advise(start, end - start, _MADV_DONTNEED)


def _mappings(path: Path) -> Iterator[tuple[int, int]]:
    """From and to which address. Only shared and never written: those can be read again from the file."""
    name = os.fsencode(path.resolve())
    for line in _MAPS.read_bytes().splitlines():
        place, rights, *rest = line.split(maxsplit=5)
        if rights == b"r--s" and rest and rest[-1] == name:
            start, end = place.split(b"-")
            yield int(start, 16), int(end, 16)
