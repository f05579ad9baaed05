"""The body of a chat request, in the words that our engine, vLLM and llama-server share."""

from collections.abc import Mapping, Sequence
from typing import Any

Message = Mapping[str, str]
"""`{"role": ..., "content": ...}` with the roles system, user and assistant."""


def chat_body(
    model: str,
    messages: Sequence[Message],
    max_tokens: int | None,
    sampling: Mapping[str, float | int | None],
    *,
    stop: Sequence[str] = (),
    continue_last: bool = False,
    truncation: bool = False,
) -> dict[str, Any]:
    """A request to stream. Fields that are None stay out, so that the server's defaults hold."""
    optional: dict[str, Any] = {**sampling, "max_tokens": max_tokens, "stop": list(stop) or None}
    # The same number under the name that llama-server knows it by.
    optional["repeat_penalty"] = optional.get("repetition_penalty")
    body = {
        "model": model,
        "messages": [dict(message) for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **{name: value for name, value in optional.items() if value is not None},
    }
    if continue_last:
        body |= {"continue_final_message": True, "add_generation_prompt": False}
    if truncation:
        body["truncation"] = "auto"
    return body
