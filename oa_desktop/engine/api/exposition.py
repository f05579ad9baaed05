"""The engine's numbers in Prometheus' text format, version 0.0.4."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from oa_desktop.engine.stats import EngineStats
from oa_desktop.engine.tally import STEP_BOUNDS_S, StepTimes

MEDIA_TYPE: Final = "text/plain; version=0.0.4"
_STEP: Final = "step_duration_seconds"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. samples: what follows its name (suffix and labels), and the value."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    about: str
    samples: tuple[tuple[str, float], ...]

    def lines(self) -> Iterator[str]:
        """Its part of the page."""
        name = f"oa_engine_{self.name}"
        yield f"# HELP {name} {self.about}"
        yield f"# TYPE {name} {self.kind}"
        for rest, value in self.samples:
            yield f"{name}{rest} {value}"


def exposition(stats: EngineStats) -> str:
    """The whole page."""
    return "".join(f"{line}\n" for family in _families(stats) for line in family.lines())


def _families(stats: EngineStats) -> Iterator[Family]:
    counts = stats.counts
    yield _counter("read_tokens_total", "Prompt tokens read into the memory.", counts.read_tokens)
    yield _counter("reused_tokens_total", "Prompt tokens the memory held already.", counts.reused_tokens)
    yield _counter(
        "restored_tokens_total", "Those of them that were read from disk.", stats.saved.restored_tokens
    )
    yield _counter(
        "generated_tokens_total", "Tokens of replies, without end tokens.", counts.generated_tokens
    )
    outcomes = tuple((f'{{outcome="{outcome}"}}', count) for outcome, count in stats.outcomes().items())
    yield Family("requests_total", "counter", "Requests that ended, by how.", outcomes)
    yield _gauge("queued_requests", "Requests that wait for cells or sequences.", stats.queued)
    yield _gauge("running_requests", "Requests that run.", stats.running)
    yield _gauge("running_replies", "Replies that run; a prompt being read is one.", stats.sequences)
    yield _gauge("capacity_cells", "Cells of the memory; one holds one token.", stats.cells_total)
    yield _gauge("used_cells", "Cells that hold a token.", stats.cells_used)
    yield _gauge("free_cells", "Cells that hold nothing.", stats.cells_free)
    yield _gauge("kept_prefixes", "Ended sequences kept for reuse.", stats.prefixes)
    yield _gauge("saved_branches", "Branches on disk, of this model and context.", stats.saved.branches)
    yield _gauge("saved_bytes", "What they take of the disk.", stats.saved.size_bytes)
    yield _counter(
        "refused_states_total", "Files on disk that were damaged and removed.", stats.saved.refused
    )
    steps = (*_histogram("true", counts.prompt_steps), *_histogram("false", counts.reply_steps))
    yield Family(_STEP, "histogram", "Time of a step, by whether it read from a prompt.", steps)
    yield _gauge(
        "can_rewind", "1 if any part of a prompt can be reused, 0 if only whole ones.", stats.can_rewind
    )
    yield _gauge("healthy", "1 if the engine answers, 0 after a failure.", stats.healthy)


def _counter(name: str, about: str, value: int) -> Family:
    return Family(name, "counter", about, (("", value),))


def _gauge(name: str, about: str, value: int) -> Family:
    return Family(name, "gauge", about, (("", int(value)),))


def _histogram(prefill: str, times: StepTimes) -> Iterator[tuple[str, float]]:
    bounds = [*(f"{bound:g}" for bound in STEP_BOUNDS_S), "+Inf"]
    for bound, count in zip(bounds, accumulate(times.counts), strict=True):
        yield f'_bucket{{prefill="{prefill}",le="{bound}"}}', count
    yield f'_sum{{prefill="{prefill}"}}', times.sum_s
    yield f'_count{{prefill="{prefill}"}}', times.steps
