"""Sampling steps as a native sampler chain."""

import weakref
from typing import Any

import numpy as np
from llama_cpp import llama_cpp as native

from oa_desktop.engine.sampling import (
    Draw,
    Greedy,
    Occurrence,
    Repetition,
    Step,
    Temperature,
    TopK,
    TopP,
    Typical,
)


def make_sampler(
    context: Any, steps: tuple[Step, ...], prompt: tuple[int, ...]
) -> "GreedySampler | LlamaSampler":
    """The sampler of one sequence.

    prompt: its tokens count for the repetition penalty, as everything in the context does.
    """
    return GreedySampler(context) if steps == (Greedy(),) else LlamaSampler(context, steps, prompt)


class LlamaSampler:
    """A native sampler chain with its own random stream."""

    def __init__(self, context: Any, steps: tuple[Step, ...], prompt: tuple[int, ...]) -> None:
        """See `make_sampler`."""
        self._context = context
        self._chain = native.llama_sampler_chain_init(native.llama_sampler_chain_default_params())
        for step in steps:
            sampler = _native_step(step, context)
            if isinstance(step, Repetition):
                for token in dict.fromkeys(prompt):
                    native.llama_sampler_accept(sampler, token)
            native.llama_sampler_chain_add(self._chain, sampler)
        self._free = weakref.finalize(self, native.llama_sampler_free, self._chain)

    def sample(self, row: int) -> int:
        return int(native.llama_sampler_sample(self._chain, self._context, row))

    def close(self) -> None:
        if not self._free.alive:
            raise RuntimeError("sampler closed twice")
        self._free()


class GreedySampler:
    """The likeliest token of the logits as they are. A native chain would first list the whole vocabulary."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._shape = (vocabulary_size(context),)
        self._open = True

    def sample(self, row: int) -> int:
        logits = native.llama_get_logits_ith(self._context, row)
        return int(np.ctypeslib.as_array(logits, shape=self._shape).argmax())

    def close(self) -> None:
        if not self._open:
            raise RuntimeError("sampler closed twice")
        self._open = False


def vocabulary_size(context: Any) -> int:
    """How many logits a row has."""
    vocab = native.llama_model_get_vocab(native.llama_get_model(context))
    return int(native.llama_vocab_n_tokens(vocab))


def _native_step(step: Step, context: Any) -> Any:
    """A penalty remembers a whole context of tokens; llama.cpp takes 0 and less for "no penalty"."""
    n_ctx = native.llama_n_ctx(context)
    n_vocab = vocabulary_size(context)
    match step:
        case Repetition(penalty):
            return native.llama_sampler_init_penalties(n_vocab, n_ctx, penalty, 0.0, 0.0)
        case Occurrence(frequency, presence):
            return native.llama_sampler_init_penalties(n_vocab, n_ctx, 1.0, frequency, presence)
        case TopK(k):
            return native.llama_sampler_init_top_k(k)
        case Typical(p):
            return native.llama_sampler_init_typical(p, 1)
        case TopP(p):
            return native.llama_sampler_init_top_p(p, 1)
        case Temperature(value):
            return native.llama_sampler_init_temp(value)
        case Greedy():
            return native.llama_sampler_init_greedy()
        case Draw(seed):
            return native.llama_sampler_init_dist(seed)
