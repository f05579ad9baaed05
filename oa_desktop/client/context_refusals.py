"""How servers say that a prompt does not fit: OpenAI's code, llama-server's type, or only a sentence.

Sentences are those of vLLM, of llama_cpp.server and of OpenAI.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

_CODES: Final = {"context_length_exceeded", "exceed_context_size_error", "context_exceeded"}
_SENTENCE: Final = re.compile(
    r"maximum (context|model) length|available context size|exceeds? (the )?context (window|size|length)",
    re.IGNORECASE,
)
_CONTEXT: Final = re.compile(
    r"maximum (?:context|model) length (?:is|of) (\d+)|context (?:size|window of) \(?(\d+)", re.IGNORECASE
)
# The prompt alone where it is told; what was requested in all counts a reply that is not there yet.
_PROMPT: Final = (
    re.compile(r"\((\d+) in (?:the messages|your prompt)", re.IGNORECASE),
    re.compile(r"(?:has|contains)(?: at least)? (\d+) input tokens", re.IGNORECASE),
    re.compile(r"resulted in (\d+) tokens", re.IGNORECASE),
    re.compile(r"prompt \(length (\d+)\)", re.IGNORECASE),
    re.compile(r"request(?:ed tokens)? \((\d+)(?: tokens)?\)", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class ContextNumbers:
    """What a refusal tells, in tokens; None for what it does not."""

    prompt_tokens: int | None
    context_tokens: int | None


def context_numbers(told: dict[str, Any], message: str) -> ContextNumbers | None:
    """The numbers when an error object or its message is about the context; None when it is not."""
    by_name = _CODES.intersection(str(told.get(name)) for name in ("code", "type"))
    if not by_name and not _SENTENCE.search(message):
        return None
    prompt = _first_number(told, "prompt_tokens", "n_prompt_tokens")
    context = _first_number(told, "context_tokens", "n_ctx")
    return ContextNumbers(
        _in_sentence(message, *_PROMPT) if prompt is None else prompt,
        _in_sentence(message, _CONTEXT) if context is None else context,
    )


def _first_number(told: dict[str, Any], *names: str) -> int | None:
    values = (told.get(name) for name in names)
    return next(
        (v for v in values if isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**63), None
    )


def _in_sentence(message: str, *patterns: re.Pattern[str]) -> int | None:
    for pattern in patterns:
        if (match := pattern.search(message)) is not None:
            digits = next(group for group in match.groups() if group)
            return int(digits) if len(digits) < 19 else None
    return None
