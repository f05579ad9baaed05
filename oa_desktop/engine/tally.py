"""What the engine counts while it works. One thread counts; the others look at the `Counts` it hands out."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

STEP_BOUNDS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""From a step of the tour model to a full slice of a prompt through a large model on a slow computer."""


class Outcome(StrEnum):
    """How a request ended. REFUSED ones decoded nothing: too long, too many replies, or too many waiting."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepTimes:
    """counts: steps up to each of STEP_BOUNDS_S and longer than the one before; the longest ones last."""

    counts: tuple[int, ...]
    sum_s: float

    @property
    def steps(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the engine started. read_tokens + reused_tokens: the prompts of all requests that ran to an end.

    generated_tokens: of all replies, without the tokens that end them.
    prompt_steps, reply_steps: steps that read from a prompt, and those that only went on with replies.
    """

    read_tokens: int
    reused_tokens: int
    generated_tokens: int
    requests: Mapping[Outcome, int]
    prompt_steps: StepTimes
    reply_steps: StepTimes


class Tally:
    """The numbers while they grow."""

    __slots__ = (
        "_prompt_steps",
        "_reply_steps",
        "generated_tokens",
        "read_tokens",
        "requests",
        "reused_tokens",
    )

    def __init__(self) -> None:
        self.read_tokens = 0
        self.reused_tokens = 0
        self.generated_tokens = 0
        self.requests = dict.fromkeys(Outcome, 0)
        self._prompt_steps = _Histogram()
        self._reply_steps = _Histogram()

    def step(self, seconds: float, *, read_prompt: bool) -> None:
        """A step took so long."""
        (self._prompt_steps if read_prompt else self._reply_steps).add(seconds)

    def counts(self) -> Counts:
        """The numbers as they are now."""
        return Counts(
            self.read_tokens,
            self.reused_tokens,
            self.generated_tokens,
            self.requests.copy(),
            self._prompt_steps.times(),
            self._reply_steps.times(),
        )


class _Histogram:
    __slots__ = ("_counts", "_sum_s")

    def __init__(self) -> None:
        self._counts = [0] * (len(STEP_BOUNDS_S) + 1)
        self._sum_s = 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(STEP_BOUNDS_S, seconds)] += 1
        self._sum_s += seconds

    def times(self) -> StepTimes:
        return StepTimes(tuple(self._counts), self._sum_s)
