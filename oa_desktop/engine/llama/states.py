"""Sequences of the KV memory as files, in llama.cpp's own format; streamed, never copied in memory."""

import ctypes
import os
from pathlib import Path
from typing import Any, Final

import llama_cpp
from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import DeviceFacts, StateError
from oa_desktop.engine.llama.handle import ModelHandle

_LONG_CONTEXT_KEY: Final = b".rope.scaling.original_context_length"


def save(context: Any, sequence: int, path: Path) -> None:
    """Write a sequence over `path`. Raises: StateError; OSError from looking at the file."""
    written = native.llama_state_seq_save_file(context, os.fsencode(path), sequence, None, 0)
    size = path.stat().st_size
    if not written or size != written:  # llama.cpp does not notice when the last block cannot be written
        raise StateError(f"llama.cpp wrote {size} of {written} bytes")


def restore(context: Any, sequence: int, path: Path) -> None:
    """Fill an empty sequence. Whatever follows in the file is left alone. Raises: StateError."""
    tokens, count = (native.llama_token * 1)(), ctypes.c_size_t(0)
    length = len(tokens)
    if not native.llama_state_seq_load_file(
        context, os.fsencode(path), sequence, tokens, length, ctypes.byref(count)
    ):
        raise StateError("llama.cpp could not take the state")


def state_kind(model: ModelHandle, context: Any, device: DeviceFacts) -> str:
    """All that decides the bytes of a state besides the model file.

    The number of cells does not, but for models whose positions are stretched beyond a certain context.
    """
    kind = f"llama.cpp {llama_cpp.__version__} {device.kv_type} flash={device.flash_attention}"
    length = 64
    buffer = ctypes.create_string_buffer(length)
    if native.llama_model_meta_val_str(model.pointer, b"general.architecture", buffer, length) < 0:
        return kind
    key = buffer.value + _LONG_CONTEXT_KEY
    if native.llama_model_meta_val_str(model.pointer, key, buffer, length) < 0:
        return kind
    return f"{kind} cells={native.llama_n_ctx(context)}"
