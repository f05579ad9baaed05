"""llama.cpp behind the `Backend` protocol, through its low-level API. Only this package imports llama_cpp."""

from oa_desktop.engine.llama.backend import LlamaBackend
from oa_desktop.engine.llama.context import LlamaOptions

__all__ = ["LlamaBackend", "LlamaOptions"]
