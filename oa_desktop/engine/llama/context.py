"""The working memory of a model: one context with a unified KV cache that all sequences share."""

import os
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]
from llama_cpp import llama_cpp as native

from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.load_errors import explain_context
from oa_desktop.errors import ModelError

DEFAULT_CONTEXT_TOKENS = 4096
ROOM_BYTES = 512 * 2**20
"""KV memory that several replies and kept branches may use beyond one full context."""
SEQUENCES, SEQUENCES_WITH_STATE = 64, 24
"""Live and kept ones. In a recurrent or hybrid model each has a state of its own, which costs memory."""


@dataclass(frozen=True, slots=True)
class LlamaOptions:
    """How to load a model.

    n_ctx: the longest conversation in tokens; None takes what the model was trained for, up to 4096.
    cells: KV cells for all sequences; None takes up to four contexts while they are small.
    threads: None takes the cores that can be spared.   gpu_layers: -1 for all.
    """

    n_ctx: int | None = None
    cells: int | None = None
    threads: int | None = None
    gpu_layers: int = -1
    mmap: bool = True
    max_sequences: int | None = None
    max_batch: int = 1024


def conversation_tokens(model: ModelHandle, options: LlamaOptions) -> int:
    """The longest conversation: what was asked for, but no more than the model was trained for."""
    trained: int = native.llama_model_n_ctx_train(model.pointer)
    wanted: int = options.n_ctx or min(trained or DEFAULT_CONTEXT_TOKENS, DEFAULT_CONTEXT_TOKENS)
    return min(wanted, trained) if trained else wanted


def new_context(model: ModelHandle, options: LlamaOptions) -> Any:
    """A native context, to be freed by the caller. Raises: EngineError, ModelError."""
    n_ctx = conversation_tokens(model, options)
    pointer = model.pointer
    has_states = native.llama_model_is_recurrent(pointer) or native.llama_model_is_hybrid(pointer)
    params = native.llama_context_default_params()
    params.n_ctx = max(n_ctx, options.cells or _default_cells(pointer, n_ctx))
    params.n_seq_max = options.max_sequences or (SEQUENCES_WITH_STATE if has_states else SEQUENCES)
    params.n_batch = max(options.max_batch, params.n_seq_max + 1)
    params.n_ubatch = min(params.n_batch, 512)
    params.n_threads = params.n_threads_batch = options.threads or spare_cores()
    params.kv_unified = True
    params.no_perf = True
    log.forget()
    context = native.llama_init_from_model(pointer, params)
    if not context:
        raise explain_context(n_ctx, log.errors())
    if not native.llama_get_memory(context):
        native.llama_free(context)
        raise ModelError(
            "model-not-chat", "This model keeps no memory of a text.", hint="Choose a chat model."
        )
    return context


def _default_cells(model: Any, n_ctx: int) -> int:
    """Room for several replies and kept branches, while it is cheap."""
    heads = max(1, native.llama_model_n_head(model))
    width = native.llama_model_n_embd(model) // heads * native.llama_model_n_head_kv(model)
    cell_bytes: int = max(1, native.llama_model_n_layer(model) * width * 2 * 2)
    return max(n_ctx, min(4 * n_ctx, ROOM_BYTES // cell_bytes))


def spare_cores() -> int:
    """Physical cores this process may use, but one for the window where cores are no two threads; at least 1.

    llama.cpp's threads spin while they wait for each other, so one that must share its core slows down all of
    them: two on a busy two-core machine were measured many times slower than one.
    """
    threads = os.cpu_count() or 1
    try:
        cores = psutil.cpu_count(logical=False) or threads
    except OSError:
        cores = threads
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else threads
    return max(1, min(cores, allowed - 1))
