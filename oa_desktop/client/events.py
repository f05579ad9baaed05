"""What a stream of replies brings, as values; whatever a server sent was checked before it became one."""

from dataclasses import dataclass
from typing import Final

INTERRUPTED: Final = "interrupted"


@dataclass(frozen=True, slots=True)
class ChoiceDelta:
    """More text of reply `index`, never empty."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ChoiceEnd:
    """Reply `index` has ended. finish_reason: "stop", "length", or what the server calls it.

    INTERRUPTED: the server ended the stream and gave none.
    """

    index: int
    finish_reason: str
    completion_tokens: int | None = None
    """Its own tokens, where the server counts them for each reply."""


@dataclass(frozen=True, slots=True)
class TurnsDropped:
    """So many of the oldest messages did not fit and were left out of the prompt. Before any text, once."""

    messages: int


@dataclass(frozen=True, slots=True)
class PromptRead:
    """The prompt has so many tokens, and so many were in the engine's memory already. At most once."""

    prompt_tokens: int
    reused_tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What the request cost; the last thing a stream brings, where the server counts.

    reused_tokens: prompt tokens that were in the engine's memory already.
    first_token_s: seconds until the first token, by the engine's clock; None when it does not say.
    seed: what reply 0 was sampled with; None when the server does not say.
    dropped_messages: how many of the oldest messages were left out of the prompt.
    """

    prompt_tokens: int
    completion_tokens: int
    reused_tokens: int = 0
    first_token_s: float | None = None
    seed: int | None = None
    dropped_messages: int = 0


ChatStreamEvent = ChoiceDelta | ChoiceEnd | TurnsDropped | PromptRead | Usage
