"""A model in memory, as the scheduler drives it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as native

from oa_desktop.engine.backend import ABORTED, Batch, DecodeError, DeviceFacts, Sampler
from oa_desktop.engine.llama import log, states
from oa_desktop.engine.llama.abort import AbortSwitch
from oa_desktop.engine.llama.batch_arrays import BatchArrays
from oa_desktop.engine.llama.context import LlamaOptions, conversation_tokens, new_context
from oa_desktop.engine.llama.handle import ModelHandle
from oa_desktop.engine.llama.model import load_model, model_facts
from oa_desktop.engine.llama.placement import device_facts
from oa_desktop.engine.llama.planning import planned, with_less
from oa_desktop.engine.llama.sampler import make_sampler
from oa_desktop.engine.llama.vocabulary import LlamaVocabulary
from oa_desktop.engine.load_errors import OUT_OF_MEMORY, explain_context
from oa_desktop.engine.requests import Sampling
from oa_desktop.engine.sampling import chain_of
from oa_desktop.errors import EngineError

_DECODE_FAILURES = {
    1: ("out-of-cells", "The engine ran out of room for the conversation."),
    2: (ABORTED, "The computation was interrupted."),
    -1: ("bad-batch", "The engine refused the tokens it was given."),
}


class LlamaBackend:
    """A model in memory with one context: a unified KV cache that all sequences share."""

    def __init__(self, model: ModelHandle, context: Any, n_ctx: int, device: DeviceFacts) -> None:
        """Takes over `model` and `context`; use `open`."""
        self._model: ModelHandle | None = model
        self._context = context
        self._memory = native.llama_get_memory(context)
        self.model = model_facts(model)
        self.device = device
        self.notices: tuple[str, ...] = ()
        self.vocabulary = LlamaVocabulary(model)
        self.cells: int = native.llama_n_ctx(context)
        self.n_ctx = min(n_ctx, self.cells)
        self.max_sequences: int = native.llama_n_seq_max(context)
        self.max_batch: int = native.llama_n_batch(context)
        self._arrays = BatchArrays(self.max_batch)
        self._abort_switch = AbortSwitch(context)
        self.can_rewind = False
        self.state_kind = states.state_kind(model, context, device)

    @classmethod
    def open(
        cls,
        path: Path,
        options: LlamaOptions | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> "LlamaBackend":
        """Load a GGUF file. on_progress gets 0.0 to 1.0 from this thread.

        Where memory is short it is tried once more, with less. Raises: ModelError when the file is at fault,
        EngineError when the machine is.
        """
        options = planned(path, options or LlamaOptions())
        log.redirect()
        native.llama_backend_init()
        try:
            return cls._load(path, options, on_progress)
        except EngineError as error:
            if error.code != OUT_OF_MEMORY:
                raise
            failure = error
        # The frames of the first try still hold what it had loaded.
        failure.__traceback__ = failure.__context__ = failure.__cause__ = None
        less = with_less(path, options)
        if less is None:
            raise failure
        return cls._load(path, less, on_progress)

    @classmethod
    def _load(
        cls, path: Path, options: LlamaOptions, on_progress: Callable[[float], None] | None
    ) -> "LlamaBackend":
        model = load_model(path, options, on_progress)
        n_ctx = conversation_tokens(model, options)
        context = new_context(model, options)
        backend = cls(model, context, n_ctx, device_facts(model, context, options.plan))
        backend.notices = options.plan.notices if options.plan else ()
        try:
            backend.can_rewind = backend._probe_rewind(model)
        except DecodeError as error:
            backend.close()
            raise explain_context(n_ctx, log.errors()) from error
        return backend

    def decode(self, batch: Batch) -> None:
        if not 0 < len(batch) <= self.max_batch:
            raise RuntimeError(f"a batch of {len(batch)} rows; 1 to {self.max_batch} are allowed")
        status = native.llama_decode(self._context, self._arrays.fill(batch))
        if status != 0:
            failure = ("decode-failed", f"The engine could not compute the next tokens (llama.cpp {status}).")
            raise DecodeError(*_DECODE_FAILURES.get(status, failure))
        # A graphics card is still computing; what happens to the memory next must not get in its way.
        native.llama_synchronize(self._context)

    def seq_cp(self, source: int, target: int, start: int, end: int) -> None:
        native.llama_memory_seq_cp(self._memory, source, target, start, end)

    def seq_rm(self, sequence: int, start: int, end: int | None = None) -> None:
        if not native.llama_memory_seq_rm(self._memory, sequence, start, -1 if end is None else end):
            raise RuntimeError(f"sequence {sequence} cannot be cut at {start}")

    def sequence_length(self, sequence: int) -> int:
        return int(native.llama_memory_seq_pos_max(self._memory, sequence)) + 1

    def save_sequence(self, sequence: int, path: Path) -> None:
        states.save(self._context, sequence, path)

    def restore_sequence(self, sequence: int, path: Path) -> None:
        states.restore(self._context, sequence, path)

    def interrupt(self, *, abort: bool) -> None:
        self._abort_switch.set(abort=abort)

    def make_sampler(self, sampling: Sampling, seed: int, prompt: tuple[int, ...]) -> Sampler:
        return make_sampler(self._context, chain_of(sampling, seed), prompt)

    def close(self) -> None:
        if self._context is None:
            return
        native.llama_free(self._context)
        self._context = self._model = self._memory = None

    def _probe_rewind(self, model: ModelHandle) -> bool:
        """Whether sequences can be cut; tried out, because no flag covers every kind of memory.

        Sliding-window memories say yes, but overwrite cells that left the window.
        """
        token = self.vocabulary.bos if self.vocabulary.bos is not None else 0
        batch = Batch()
        batch.add([token, token], 0, 0, logits=False)
        self.decode(batch)
        cut = native.llama_memory_seq_rm(self._memory, 0, 1, -1)
        native.llama_memory_clear(self._memory, True)
        return bool(cut) and native.llama_model_n_swa(model.pointer) == 0
