"""What the scheduler is asked and what it answers: plain values, no tensors, no HTTP."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a token is chosen from the logits. `None` leaves a filter out; temperature 0 is greedy.

    repetition_penalty: not so small that a logit divided by it is no number of 32 bits.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    typical_p: float | None = None
    repetition_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int = 0
    """32 bits. Reply i of a request samples with `seed + i`."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """`n` replies to one prompt.

    prompt: token ids, never empty, at most the context less one.
    max_tokens: per reply; the scheduler also ends a reply at the end of the context.
    stop: a reply ends before the first of these strings; none of them is part of the text.
    stop_ids: tokens that end a reply beside the model's own end tokens, e.g. the role tokens of a template;
        like those they are no part of the text.
    ignore_eos: go on after an end token of the model; `stop` and `stop_ids` still end the reply.
    """

    id: str
    prompt: tuple[int, ...]
    n: int = 1
    max_tokens: int = 1024
    sampling: Sampling = field(default_factory=Sampling)
    stop: tuple[str, ...] = ()
    stop_ids: frozenset[int] = frozenset()
    ignore_eos: bool = False


class FinishReason(StrEnum):
    """Why a reply ended, in the words of the OpenAI protocol."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PromptRead:
    """The prompt is read and the replies begin: before any text, once, also when they end at once."""

    request_id: str
    prompt_tokens: int
    reused_tokens: int
    """Those that were in the KV cache already."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of reply `index`; always whole characters, never empty.

    token_count: tokens sampled for this reply since its last delta. Tokens whose text is held back or never
    shown are in no delta, so `ReplyEnd.completion_tokens` may be more than the sum.
    """

    request_id: str
    index: int
    text: str
    token_count: int


@dataclass(frozen=True, slots=True)
class ReplyEnd:
    """Reply `index` is complete. The end token itself is not counted in `completion_tokens`."""

    request_id: str
    index: int
    reason: FinishReason
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class RequestEnd:
    """The terminal event of a request that ran: every reply has ended. Exactly one terminal event each."""

    request_id: str
    prompt_tokens: int
    reused_tokens: int
    """Prompt tokens that were in the KV cache already."""
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class RequestFailure:
    """The terminal event of a request that could not run."""

    request_id: str
    code: str
    message: str


Event = PromptRead | TextDelta | ReplyEnd | RequestEnd | RequestFailure
