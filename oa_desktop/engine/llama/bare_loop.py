"""llama.cpp with nothing of ours around it: what the engine's speed is measured against.

`python -m oa_desktop.engine.llama.bare_loop --model PATH …` takes the options of the engine, so that the
context is set up the same way. It answers JSON lines: one when the model is loaded, then one per request.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
from llama_cpp import llama_cpp as native

from oa_desktop.engine.arguments import parse_arguments
from oa_desktop.engine.llama import log
from oa_desktop.engine.llama.context import new_context
from oa_desktop.engine.llama.model import load_model
from oa_desktop.engine.llama.planning import planned
from oa_desktop.engine.opening import llama_options


@dataclass(frozen=True, slots=True)
class Timed:
    """prefill_s: until the first token of every reply is chosen.   decode_s: all tokens after those."""

    prefill_s: float
    decode_s: float
    peak_bytes: int


class BareLoop:
    """One batch, one context, the likeliest token each time."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._memory = native.llama_get_memory(context)
        vocab = native.llama_model_get_vocab(native.llama_get_model(context))
        self._vocabulary_size: int = native.llama_vocab_n_tokens(vocab)
        self._rows: int = native.llama_n_batch(context)
        self._batch = native.llama_batch_init(self._rows, 0, 1)

    def generate(self, prompt: list[int], replies: int, tokens: int) -> Timed:
        """Read `prompt` once, then decode `replies` sequences side by side until each has `tokens`."""
        native.llama_memory_clear(self._memory, True)
        started = time.perf_counter()
        for start in range(0, len(prompt), self._rows):
            part = prompt[start : start + self._rows]
            self._decode([(token, start + i, 0) for i, token in enumerate(part)], logits_from=len(part) - 1)
        for reply in range(1, replies):
            native.llama_memory_seq_cp(self._memory, 0, reply, 0, len(prompt))
        chosen = [self._likeliest(-1)] * replies
        read = time.perf_counter()
        for position in range(len(prompt), len(prompt) + tokens - 1):
            self._decode([(token, position, reply) for reply, token in enumerate(chosen)], logits_from=0)
            chosen = [self._likeliest(row) for row in range(replies)]
        return Timed(read - started, time.perf_counter() - read, _peak_bytes())

    def _decode(self, rows: list[tuple[int, int, int]], logits_from: int) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for row, (token, position, sequence) in enumerate(rows):
            batch.token[row] = token
            batch.pos[row] = position
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = sequence
            batch.logits[row] = row >= logits_from
        status = native.llama_decode(self._context, batch)
        if status != 0:
            raise RuntimeError(f"llama_decode returned {status}")

    def _likeliest(self, row: int) -> int:
        logits = native.llama_get_logits_ith(self._context, row)
        return int(np.ctypeslib.as_array(logits, shape=(self._vocabulary_size,)).argmax())


def _peak_bytes() -> int:
    if sys.platform == "win32":
        peak: int = psutil.Process().memory_info().peak_wset
        return peak
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(argv: list[str]) -> None:
    """Answer until stdin closes."""
    arguments = parse_arguments(argv)
    options = planned(arguments.model, llama_options(arguments))
    log.redirect()
    native.llama_backend_init()
    started = time.perf_counter()
    model = load_model(arguments.model, options, None)
    loop = BareLoop(new_context(model, options))
    _say({"load_s": time.perf_counter() - started})
    for line in sys.stdin:
        _say(asdict(loop.generate(**json.loads(line))))


def _say(members: dict[str, Any]) -> None:
    print(json.dumps(members), flush=True)  # noqa: T201 - its protocol


if __name__ == "__main__":
    main(sys.argv[1:])
