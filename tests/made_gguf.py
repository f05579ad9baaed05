"""Whole GGUF models of any length with bytes that nobody could guess, for what moves and checks files."""

import random

from tests.unit.gguf.ggufs import Gguf, tensor

_ROW = 1024
_BLOCK = 1 << 26
_HEAD = (tensor("token_embd.weight", [64, 5]), tensor("output.weight", [64, 5], 0, 1280))


def made_model(size_bytes: int, seed: int = 1) -> bytes:
    """A model of about that size: its header holds for llama.cpp's reader and ours, its weights are noise."""
    rows = max(1, size_bytes // (4 * _ROW))
    extra = tensor("blk.0.ffn_up.weight", [_ROW, rows], 0, 2560)
    header = Gguf(tensors=(*_HEAD, extra), data_bytes=0).build()
    noise, left = random.Random(seed), 2560 + 4 * _ROW * rows
    return b"".join([header, *(noise.randbytes(min(_BLOCK, left - at)) for at in range(0, left, _BLOCK))])
