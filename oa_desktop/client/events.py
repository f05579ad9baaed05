"""What a stream of replies brings, as values; whatever a server sent was checked before it became one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceDelta:
    """More text of reply `index`, never empty."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ChoiceEnd:
    """Reply `index` is complete. finish_reason: "stop", "length", or what the server calls it."""

    index: int
    finish_reason: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the request cost; the last thing a stream brings, where the server counts.

    reused_tokens: prompt tokens that were in the engine's memory already.
    first_token_s: seconds until the first token, by the engine's clock; None when it does not say.
    seed: what reply 0 was sampled with; None when the server does not say.
    """

    prompt_tokens: int
    completion_tokens: int
    reused_tokens: int = 0
    first_token_s: float | None = None
    seed: int | None = None


ChatStreamEvent = ChoiceDelta | ChoiceEnd | Usage
