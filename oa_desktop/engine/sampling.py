"""Sampling settings as an ordered chain of steps: which, in what order, with what numbers. Draws nothing."""

from dataclasses import dataclass
from typing import Final

from oa_desktop.engine.requests import Sampling

COLDEST: Final = 1e-5
"""Below it the likeliest token is taken: it would be drawn anyway, or logits divided by it be no numbers."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """Divide the logit of every token that is in the prompt or the reply, once however often it occurs."""

    penalty: float


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Lower the logits of tokens of the reply, not the prompt: `frequency` each time, `presence` once."""

    frequency: float
    presence: float


@dataclass(frozen=True, slots=True)
class TopK:
    """Keep the k likeliest tokens."""

    k: int


@dataclass(frozen=True, slots=True)
class Typical:
    """Keep the tokens nearest to the expected surprise that make up `p`."""

    p: float


@dataclass(frozen=True, slots=True)
class TopP:
    """Keep the likeliest tokens that make up `p`."""

    p: float


@dataclass(frozen=True, slots=True)
class Temperature:
    """Divide the logits."""

    value: float


@dataclass(frozen=True, slots=True)
class Greedy:
    """Take the likeliest token."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a token from what is left, with a random stream of its own."""

    seed: int


Step = Repetition | Occurrence | TopK | Typical | TopP | Temperature | Greedy | Draw


def chain_of(sampling: Sampling, seed: int) -> tuple[Step, ...]:
    """The steps of one sequence: penalties, temperature, filters, choice. The last one chooses.

    Filters cut what the temperature has flattened, which is the order of the server Open-Assistant ran
    (text-generation-inference) and the one its presets were tuned for; llama.cpp's own tools cut first.
    """
    steps: list[Step] = []
    if sampling.repetition_penalty != 1.0:
        steps.append(Repetition(sampling.repetition_penalty))
    if sampling.frequency_penalty or sampling.presence_penalty:
        steps.append(Occurrence(sampling.frequency_penalty, sampling.presence_penalty))
    if sampling.temperature < COLDEST:
        return (*steps, Greedy())
    steps.append(Temperature(sampling.temperature))
    if sampling.top_k:
        steps.append(TopK(sampling.top_k))
    if sampling.top_p is not None and sampling.top_p < 1:
        steps.append(TopP(sampling.top_p))
    if sampling.typical_p is not None and sampling.typical_p < 1:
        steps.append(Typical(sampling.typical_p))
    return (*steps, Draw(seed))
