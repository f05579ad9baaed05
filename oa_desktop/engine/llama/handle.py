"""A native model that is freed when nobody holds it any more."""

import weakref
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as native


class ModelHandle:
    """Shared by backend and vocabulary: a thread may still tokenize while the backend closes.

    path: the file it is from.   keep: what the native model points to.
    """

    def __init__(self, pointer: Any, path: Path, keep: object = None) -> None:
        self.pointer = pointer
        self.path = path
        self._keep = keep
        # Not at exit: a decode may still run then, and the process gives its memory back anyway.
        weakref.finalize(self, native.llama_model_free, pointer).atexit = False
