"""A native model that is freed when nobody holds it any more."""

import weakref
from typing import Any

from llama_cpp import llama_cpp as native


class ModelHandle:
    """Shared by backend and vocabulary: a thread may still tokenize while the backend closes."""

    def __init__(self, pointer: Any) -> None:
        self.pointer = pointer
        # Not at exit: a decode may still run then, and the process gives its memory back anyway.
        weakref.finalize(self, native.llama_model_free, pointer).atexit = False
