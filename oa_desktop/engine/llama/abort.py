"""A switch that ends a running decode from another thread.

llama.cpp asks a function between two operations whether to go on. To ask Python would cost a microsecond and
the interpreter's lock each time, so it asks the C library: `strlen` is true of a text that is not empty.
"""

import ctypes
import sys
from typing import Any, Final

from llama_cpp import llama_cpp as native

_ABORT: Final = b"\x01"
_GO_ON: Final = b"\x00"


class AbortSwitch:
    """Belongs to one context and must live as long as it. Devices that do not ask finish their step."""

    def __init__(self, context: Any) -> None:
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self._text = ctypes.create_string_buffer(2)
        self._question = ctypes.cast(library.strlen, native.ggml_abort_callback)
        native.llama_set_abort_callback(context, self._question, ctypes.cast(self._text, ctypes.c_void_p))

    def set(self, *, abort: bool) -> None:
        """Whether decodes are to end, the running one and those to come. From any thread."""
        self._text[0] = _ABORT if abort else _GO_ON
