"""Whether flash attention is used. llama.cpp decides it while it makes a context, and tells only its log."""

import re
from typing import Final

from llama_cpp import llama_cpp as native

from oa_desktop.engine.arguments import FlashAttention
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.gguf.offload import Plan

_TYPES: Final[dict[str, int]] = {
    "auto": native.LLAMA_FLASH_ATTN_TYPE_AUTO,
    "on": native.LLAMA_FLASH_ATTN_TYPE_ENABLED,
    "off": native.LLAMA_FLASH_ATTN_TYPE_DISABLED,
}
_SAID_ON: Final = re.compile(r"Flash Attention enabled|flash_attn += enabled|enabling flash_attn")
_SAID_OFF: Final = "flash_attn is not compatible"


def flash_attention_type(model: ModelHandle, asked: FlashAttention, plan: Plan) -> int:
    """llama.cpp's number for it.

    Where only some layers are on another device, `auto` is tried out with one sequence. llama.cpp tries a
    token of every sequence: so many it computes on the device for the other layers as well, finds attention
    where the layer is not, and gives it up for all of them.
    """
    layers: int = native.llama_model_n_layer(model.pointer)
    if asked != "auto" or not 0 < plan.offloaded_layers < layers:
        return _TYPES[asked]
    params = native.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = 256, 32, 32, 1
    log.forget()
    context = native.llama_init_from_model(model.pointer, params)
    if not context:
        return _TYPES[asked]
    native.llama_free(context)
    return _TYPES["on" if flash_attention_was_said() else "off"]


def flash_attention_was_said() -> bool:
    """Whether the context made since `log.forget` has it."""
    lines = log.lines()
    return any(_SAID_ON.search(line) for line in lines) and not any(_SAID_OFF in line for line in lines)
