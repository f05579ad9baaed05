"""llama.cpp's log, sent to `logging`. Its errors are kept, because it says there why a load failed."""

import logging
from collections import deque

from llama_cpp import llama_cpp as native

_DEBUG, _INFO, _WARNING, _ERROR = 1, 2, 3, 4  # enum ggml_log_level
_LEVELS = {_DEBUG: logging.DEBUG, _INFO: logging.DEBUG, _WARNING: logging.INFO, _ERROR: logging.WARNING}
"""One step lower than llama.cpp says: whether a failure matters is ours to say, with an exception."""

_log = logging.getLogger("llama.cpp")
_errors: deque[str] = deque(maxlen=20)
_lines: deque[str] = deque(maxlen=200)


@native.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(level: int, text: bytes, _data: object) -> None:
    message = text.decode(errors="replace").rstrip()
    if message and level in _LEVELS:
        _log.log(_LEVELS[level], "%s", message)
        if level != _DEBUG:
            _lines.append(message)
        if level == _ERROR:
            _errors.append(message)


def redirect() -> None:
    """Send llama.cpp's log to the logger "llama.cpp" from now on, in every thread."""
    native.llama_log_set(_on_log, None)


def forget() -> None:
    """Start a new list of lines."""
    _errors.clear()
    _lines.clear()


def errors() -> tuple[str, ...]:
    """The newest error lines since `forget`, oldest first."""
    return tuple(_errors)


def lines() -> tuple[str, ...]:
    """The newest lines since `forget` but for debugging, oldest first."""
    return tuple(_lines)
