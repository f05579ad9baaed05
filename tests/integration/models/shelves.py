"""A model library on a real disk, and a process that is killed at its n-th step on it."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oa_desktop.paths import HOME_VARIABLE, AppPaths, app_paths
from oa_desktop.services.library.model_source import HubSource
from oa_desktop.services.library.models import ModelLibrary
from tests.unit.gguf.ggufs import STRING, U32, Gguf, pair

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "open", "os.link", "os.symlink"}
"""What changes a disk, as the interpreter announces it before it is done."""

CAN_FORK = hasattr(os, "fork")


@dataclass(frozen=True)
class Shelf:
    """One home of the app."""

    paths: AppPaths
    tour: Path

    def library(self) -> ModelLibrary:
        """As after a start of the app."""
        return ModelLibrary(self.paths, self.tour)

    def files(self) -> dict[str, bytes]:
        """Everything in the folder for models but its list."""
        folder = self.paths.models
        found = (file for file in folder.rglob("*") if file.is_file() and file.name != "models.json")
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}

    def folders(self) -> list[str]:
        """The folders in the folder for models."""
        return sorted(path.name for path in self.paths.models.rglob("*") if path.is_dir())


def shelf_at(folder: Path) -> Shelf:
    paths = app_paths({HOME_VARIABLE: str(folder / "home")})
    paths.create()
    return Shelf(paths, Gguf().write(folder / "tour.gguf"))


def model_bytes(name: str = "Tiny", part: int = 0, parts: int = 0) -> bytes:
    """A small sound model, or one part of a split one."""
    pairs = [pair("general.architecture", STRING, "llama"), pair("general.name", STRING, name)]
    extra = [pair("split.count", U32, parts), pair("split.no", U32, part - 1)] if parts else []
    return Gguf(pairs=pairs, extra=extra).build()


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def source_of(*hashes: str, name: str = "tiny.gguf") -> HubSource:
    """From a repository that has these files."""
    if len(hashes) == 1:
        return HubSource("me/Tiny-GGUF", "c" * 40, (name,), hashes, "Tiny")
    stem = name.removesuffix(".gguf")
    names = tuple(f"{stem}-{n:05}-of-{len(hashes):05}.gguf" for n in range(1, len(hashes) + 1))
    return HubSource("me/Tiny-GGUF", "c" * 40, names, hashes, "Tiny")


def killed_at(step: int, work: Callable[[], object], folder: Path) -> bool:
    """Do `work` in a child that is killed before its step number `step` in `folder`. False: it was done."""
    child = os.fork()
    if child == 0:
        _die_at(step, str(folder))
        try:
            work()
        except BaseException as exc:
            os.write(2, f"{exc!r}\n".encode())
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def _die_at(step: int, folder: str) -> None:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS and str(arguments[0]).startswith(folder):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
