"""Where the time of a decode step goes: llama.cpp, and each part of ours around it.

.venv/bin/python packaging/profile_steps.py MODEL.gguf [STEPS]

Runs the scheduler without HTTP, first untouched, then with a stopwatch around each part.
A stopwatch costs about half a microsecond itself.
"""

import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oa_desktop.engine import decoding, jobs, tree
from oa_desktop.engine.llama import LlamaBackend, LlamaOptions, batch_arrays, sampler, vocabulary
from oa_desktop.engine.llama import backend as llama_backend
from oa_desktop.engine.requests import GenerationRequest, Sampling
from oa_desktop.engine.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

NATIVE: list[tuple[str, Any, str]] = [
    ("llama.cpp: decode", llama_backend.native, "llama_decode"),
    ("llama.cpp: sampler chain", sampler.native, "llama_sampler_sample"),
]
OURS: list[tuple[str, Any, str]] = [
    ("admit requests", Scheduler, "_admit"),
    ("gather live replies", Scheduler, "_live_replies"),
    ("gather prompts", Scheduler, "_prompt_slices"),
    ("build the batch", decoding.Batch, "add"),
    ("make room in the tree", tree.PrefixTree, "make_room"),
    ("fill the native arrays", batch_arrays.BatchArrays, "fill"),
    ("advance the tree", tree.PrefixTree, "advance"),
    ("token to bytes", vocabulary.LlamaVocabulary, "piece"),
    ("bytes to text, stop strings", jobs.ReplyText, "feed"),
]
WIDTHS = (1, 4, 16)


class Stopwatch:
    """Adds up the seconds spent in functions it is put around."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def around(self, label: str, owner: Any, name: str) -> None:
        function: Callable[..., Any] = getattr(owner, name)

        def timed(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            result = function(*arguments, **options)
            self.seconds[label] += time.perf_counter() - started
            return result

        setattr(owner, name, timed)


def step_s(model: Path, width: int, steps: int, stopwatch: Stopwatch) -> float:
    """Seconds of the middle of `steps` steps with `width` replies; the stopwatch has only those."""
    backend = LlamaBackend.open(model, LlamaOptions(n_ctx=1024, threads=1))
    scheduler = Scheduler(backend)
    randomness = random.Random(0)
    size = backend.vocabulary.size
    prompt = tuple(randomness.randrange(size // 2, size) for _ in range(16))
    greedy = Sampling(temperature=0)
    scheduler.submit(
        GenerationRequest("profile", prompt, n=width, max_tokens=steps + 3, sampling=greedy, ignore_eos=True)
    )
    scheduler.step()
    scheduler.step()
    stopwatch.seconds.clear()
    started = time.perf_counter()
    for _ in range(steps):
        scheduler.step()
    elapsed = time.perf_counter() - started
    scheduler.close()
    backend.close()
    return elapsed / steps


def main(arguments: list[str]) -> None:
    model, steps = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 200
    stopwatch = Stopwatch()
    for label, owner, name in NATIVE:
        stopwatch.around(label, owner, name)
    print(f"µs per step{'':26}", *(f"{width:>9}" for width in WIDTHS))
    table: defaultdict[str, list[float]] = defaultdict(list)
    for width in WIDTHS:
        table["a step"].append(step_s(model, width, steps, stopwatch))
        for label, _, _ in NATIVE:
            table[label].append(stopwatch.seconds[label] / steps)
        table["ours"].append(table["a step"][-1] - sum(table[label][-1] for label, _, _ in NATIVE))
    for label, owner, name in OURS:
        stopwatch.around(label, owner, name)
    for width in WIDTHS:
        step_s(model, width, steps, stopwatch)
        for label, _, _ in OURS:
            table[f"  {label}"].append(stopwatch.seconds[label] / steps)
    for label, seconds in table.items():
        print(f"{label:36}", *(f"{1e6 * each:9,.0f}" for each in seconds))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
