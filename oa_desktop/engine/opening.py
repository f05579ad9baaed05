"""Open the backend a command line asks for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from oa_desktop.engine.arguments import Arguments
from oa_desktop.engine.backend import Backend, Batch
from oa_desktop.engine.fake import FakeBackend

if TYPE_CHECKING:
    from oa_desktop.engine.llama import LlamaOptions

_FAKE_CTX: Final = 1024

Progress = Callable[[float], None]


def open_backend(arguments: Arguments, on_progress: Progress) -> Backend:
    """Load the model. on_progress: called with a fraction now and then. Raises: ModelError, EngineError."""
    if arguments.backend == "fake":
        on_progress(1.0)
        return PacedFakeBackend(arguments.ctx or _FAKE_CTX, arguments.fake_pace_s)
    from oa_desktop.engine.llama import LlamaBackend

    return LlamaBackend.open(arguments.model, llama_options(arguments), on_progress)


def llama_options(arguments: Arguments) -> "LlamaOptions":
    """How llama.cpp is set up for a command line."""
    from oa_desktop.engine.llama import LlamaOptions

    return LlamaOptions(
        n_ctx=arguments.ctx,
        threads=arguments.threads,
        gpu_layers=arguments.gpu_layers,
        kv_type=arguments.kv_type,
        flash_attention=arguments.flash_attention,
    )


class PacedFakeBackend(FakeBackend):
    """The fake model, as slow as a real one: every step takes `pace_s`."""

    def __init__(self, ctx_tokens: int, pace_s: float) -> None:
        super().__init__(n_ctx=ctx_tokens, cells=max(4096, 2 * ctx_tokens))
        self._pace_s = pace_s

    def decode(self, batch: Batch) -> None:
        self.aborting.wait(self._pace_s)
        super().decode(batch)
