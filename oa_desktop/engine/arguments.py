"""The command line of the engine process. People never type it; `client` does."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from oa_desktop.engine.prompts.choice import NAMES


@dataclass(frozen=True, slots=True)
class Arguments:
    """What to load and where to listen. `None` and -1 leave the choice to the backend."""

    model: Path
    backend: Literal["llama", "fake"]
    ctx: int | None
    threads: int | None
    gpu_layers: int
    prompt_format: str | None
    host: str
    port: int
    fake_pace_s: float


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Parse, or exit with status 2 and the usage on stderr."""
    parser = argparse.ArgumentParser(prog="oa_desktop.engine", description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--backend", choices=("llama", "fake"), default="llama")
    parser.add_argument("--ctx", type=_whole(1, 16_777_216), help="context in tokens")
    parser.add_argument("--threads", type=_whole(1, 1024))
    parser.add_argument("--gpu-layers", type=_whole(-1, 100_000), default=-1, help="-1: as many as fit")
    parser.add_argument("--prompt-format", choices=NAMES, help="instead of the one the model asks for")
    parser.add_argument("--host", choices=("127.0.0.1", "::1", "localhost"), default="127.0.0.1")
    parser.add_argument("--port", type=_whole(0, 65535), default=0, help="0: any free one")
    parser.add_argument("--fake-pace", dest="fake_pace_s", type=float, default=0.0, help=argparse.SUPPRESS)
    return Arguments(**vars(parser.parse_args(argv)))


class _whole:
    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str) -> int:
        value = int(text)
        if not self._low <= value <= self._high:
            message = f"{value} is not from {self._low} to {self._high}"
            raise argparse.ArgumentTypeError(message)
        return value
