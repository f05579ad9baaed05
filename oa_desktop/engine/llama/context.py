"""The working memory of a model: one context with a unified KV cache that all sequences share."""

from dataclasses import dataclass
from typing import Any

from llama_cpp import llama_cpp as native

from oa_desktop.engine.arguments import FlashAttention
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.flash_attention import flash_attention_type
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.llama.processors import thread_count
from oa_desktop.engine.load_errors import explain_context
from oa_desktop.errors import ModelError
from oa_desktop.gguf.fit import DEFAULT_CONTEXT_TOKENS, SEQUENCES
from oa_desktop.gguf.kv_cache import KvType
from oa_desktop.gguf.offload import GpuLayers, Plan

_KV_TYPES = {KvType.F16: native.GGML_TYPE_F16, KvType.Q8_0: native.GGML_TYPE_Q8_0}
SEQUENCES_WITH_STATE = 24
"""Live and kept ones where each has a state of its own: in a recurrent or hybrid model that costs memory."""


@dataclass(frozen=True, slots=True)
class LlamaOptions:
    """How to load a model.

    n_ctx: the longest conversation in tokens; None takes what the model was trained for, up to 4096.
    cells: KV cells for all sequences; None takes up to four contexts while they are small.
    threads: None takes the cores that can be spared.
    plan: where the layers go and what there is room for; without one, all is on the processor.
    """

    n_ctx: int | None = None
    cells: int | None = None
    threads: int | None = None
    gpu_layers: GpuLayers = "auto"
    kv_type: KvType = KvType.F16
    flash_attention: FlashAttention = "auto"
    mmap: bool = True
    max_sequences: int | None = None
    max_batch: int = 1024
    plan: Plan | None = None


def conversation_tokens(model: ModelHandle, options: LlamaOptions) -> int:
    """The longest conversation: what was asked for, but no more than the model was trained for."""
    trained: int = native.llama_model_n_ctx_train(model.pointer)
    planned = options.plan.context_tokens if options.plan else None
    wanted: int = planned or options.n_ctx or DEFAULT_CONTEXT_TOKENS
    return min(wanted, trained) if trained else wanted


def new_context(model: ModelHandle, options: LlamaOptions) -> Any:
    """A native context, to be freed by the caller. Raises: EngineError, ModelError."""
    n_ctx = conversation_tokens(model, options)
    pointer = model.pointer
    plan = options.plan or Plan(cells=options.cells, kv_type=options.kv_type)
    has_states = native.llama_model_is_recurrent(pointer) or native.llama_model_is_hybrid(pointer)
    params = native.llama_context_default_params()
    params.n_ctx = max(n_ctx, plan.cells or n_ctx)
    params.n_seq_max = options.max_sequences or (SEQUENCES_WITH_STATE if has_states else SEQUENCES)
    params.n_batch = max(options.max_batch, params.n_seq_max + 1)
    params.n_ubatch = min(params.n_batch, plan.micro_batch)
    params.n_outputs_max = params.n_seq_max
    params.n_threads = params.n_threads_batch = thread_count(options.threads)
    params.flash_attn_type = flash_attention_type(model, options.flash_attention, plan)
    params.type_k = params.type_v = _KV_TYPES[plan.kv_type]
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
