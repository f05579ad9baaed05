"""A batch in the memory layout of llama.cpp."""

import ctypes
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import Batch


class BatchArrays:
    """The columns of a native batch as numpy arrays; each row belongs to one sequence."""

    def __init__(self, rows: int) -> None:
        self._tokens = np.zeros(rows, np.int32)
        self._positions = np.zeros(rows, np.int32)
        self._counts = np.ones(rows, np.int32)
        self._sequences = np.zeros(rows, np.int32)
        self._logits = np.zeros(rows, np.int8)
        addresses = self._sequences.ctypes.data + np.arange(rows, dtype=np.uintp) * self._sequences.itemsize
        self._sequence_pointers = addresses.astype(np.uintp)
        self._native = self._pointing_here()

    def fill(self, batch: Batch) -> Any:
        """The native batch of these arrays; good until the next call."""
        rows = len(batch)
        self._tokens[:rows] = batch.tokens
        self._positions[:rows] = batch.positions
        self._sequences[:rows] = batch.sequences
        self._logits[:rows] = batch.logits
        self._native.n_tokens = rows
        return self._native

    def _pointing_here(self) -> Any:
        """Made once: to turn an array into a pointer costs more than to fill it."""
        int32s, int8s = ctypes.POINTER(ctypes.c_int32), ctypes.POINTER(ctypes.c_int8)
        return native.llama_batch(
            n_tokens=0,
            token=self._tokens.ctypes.data_as(int32s),
            embd=None,
            pos=self._positions.ctypes.data_as(int32s),
            n_seq_id=self._counts.ctypes.data_as(int32s),
            seq_id=self._sequence_pointers.ctypes.data_as(ctypes.POINTER(int32s)),
            logits=self._logits.ctypes.data_as(int8s),
        )
