"""The command line of the engine process. People never type it; `client` does."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from oa_desktop.engine.prompts.choice import AUTO, NAMES
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.gguf.offload import GpuLayers

FlashAttention = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What to load and where to listen. `None` and -1 leave the choice to the backend."""

    model: Path
    backend: Literal["llama", "fake"]
    ctx: int | None
    threads: int | None
    gpu_layers: GpuLayers
    kv_type: KvType
    flash_attention: FlashAttention
    prompt_format: str | None
    host: str
    port: int
    fake_pace_s: float
    state_dir: Path | None
    state_bytes: int
    driver_cache: Path | None


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Parse, or exit with status 2 and the usage on stderr."""
    parser = argparse.ArgumentParser(prog="oa_desktop.engine", description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--backend", choices=("llama", "fake"), default="llama")
    parser.add_argument("--ctx", type=_whole(1, 16_777_216), help="context in tokens")
    parser.add_argument("--threads", type=_whole(1, 1024))
    parser.add_argument("--gpu-layers", type=_layers, default="auto", help="auto, all, or a number")
    parser.add_argument("--kv-type", type=KvType, choices=tuple(KvType), default=KvType.F16)
    parser.add_argument(
        "--flash-attn", dest="flash_attention", choices=get_args(FlashAttention), default="auto"
    )
    parser.add_argument("--prompt-format", type=_format, help="auto, or one to use whatever the file says")
    parser.add_argument("--host", choices=("127.0.0.1", "::1", "localhost"), default="127.0.0.1")
    parser.add_argument("--port", type=_whole(0, 65535), default=0, help="0: any free one")
    parser.add_argument("--state-dir", type=Path, help="where branches are kept on disk; none are without")
    parser.add_argument("--state-bytes", type=_whole(0, 2**63), default=4 * 10**9, help="the most they take")
    parser.add_argument("--driver-cache", type=Path, help="where graphics drivers keep what they compiled")
    parser.add_argument("--fake-pace", dest="fake_pace_s", type=float, default=0.0, help=argparse.SUPPRESS)
    return Arguments(**vars(parser.parse_args(argv)))


def _format(text: str) -> str | None:
    if text == AUTO:
        return None
    if text not in NAMES:
        message = f"{text} is not one of {', '.join((AUTO, *NAMES))}"
        raise argparse.ArgumentTypeError(message)
    return text


def _layers(text: str) -> GpuLayers:
    match text:
        case "auto" | "all":
            return text
    return _whole(0, 100_000)(text)


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
