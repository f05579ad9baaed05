"""The JSON objects of the OpenAI protocol: whole answers, stream chunks, usage."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from oa_desktop.engine.prompts.truncation import NOTHING_DROPPED, Dropped
from oa_desktop.engine.requests import FinishReason, PromptRead


@dataclass(slots=True)
class Measured:
    """What one request cost. Times are seconds of a monotonic clock since the request was submitted."""

    prompt_tokens: int
    reused_tokens: int = 0
    completion_tokens: int = 0
    first_token_s: float | None = None
    total_s: float = 0.0

    def usage(self, dropped: Dropped = NOTHING_DROPPED) -> dict[str, Any]:
        """OpenAI's usage object; cached tokens are those that were in the KV cache already."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": self.reused_tokens, **dropped_counts(dropped)},
        }

    def timings(self) -> dict[str, Any]:
        """llama-server's timings object: tokens and milliseconds of reading the prompt and of writing."""
        first_s = self.total_s if self.first_token_s is None else self.first_token_s
        writing_s = self.total_s - first_s
        return {
            "cache_n": self.reused_tokens,
            "prompt_n": self.prompt_tokens - self.reused_tokens,
            "prompt_ms": round(first_s * 1000, 3),
            "predicted_n": self.completion_tokens,
            "predicted_ms": round(writing_s * 1000, 3),
        }


def dropped_counts(dropped: Dropped) -> dict[str, int]:
    """What was left out of a prompt, as members of the object that counts the prompt."""
    return {"dropped_messages": dropped.messages, "dropped_tokens": dropped.tokens}


def prompt_counts(read: PromptRead) -> dict[str, int]:
    """What reading the prompt cost, as members of the first chunk with text."""
    return {"prompt_tokens": read.prompt_tokens, "cached_tokens": read.reused_tokens}


@dataclass(frozen=True, slots=True)
class Shape:
    """How the answers of one request look. seed: what reply 0 was sampled with."""

    kind: Literal["chat", "text"]
    id: str
    model: str
    seed: int
    dropped: Dropped = NOTHING_DROPPED
    created: int = field(default_factory=lambda: int(time.time()))

    def opening(self, n: int) -> list[dict[str, Any]]:
        """The chunks that announce the replies, before any text.

        The first says what was left out of the prompt, for the usage at the end never comes to a client that
        stops the stream or did not ask for it.
        """
        if self.kind == "text":
            return []
        chunks = [self._chunk([_delta(index, {"role": "assistant", "content": ""})]) for index in range(n)]
        if self.dropped.messages:
            chunks[0] |= dropped_counts(self.dropped)
        return chunks

    def text(self, index: int, text: str) -> dict[str, Any]:
        """A chunk with more text of one reply."""
        if self.kind == "text":
            return self._chunk([_text(index, text)])
        return self._chunk([_delta(index, {"content": text})])

    def end(self, index: int, reason: FinishReason, completion_tokens: int) -> dict[str, Any]:
        """The last chunk of one reply, with its own tokens: the usage has the sum of all replies."""
        said = _text(index, "", reason.value) if self.kind == "text" else _delta(index, {}, reason.value)
        return self._chunk([said | {"completion_tokens": completion_tokens}])

    def usage(self, measured: Measured) -> dict[str, Any]:
        """The last chunk of a stream that asked for usage."""
        return {
            **self._chunk([]),
            "usage": measured.usage(self.dropped),
            "timings": measured.timings(),
            "seed": self.seed,
        }

    def whole(self, texts: list[str], reasons: list[FinishReason], measured: Measured) -> dict[str, Any]:
        """The answer of a request that does not stream."""
        return {
            "id": self.id,
            "object": "chat.completion" if self.kind == "chat" else "text_completion",
            "created": self.created,
            "model": self.model,
            "choices": [
                self._choice(index, text, reason)
                for index, (text, reason) in enumerate(zip(texts, reasons, strict=True))
            ],
            "usage": measured.usage(self.dropped),
            "timings": measured.timings(),
            "seed": self.seed,
        }

    def _choice(self, index: int, text: str, reason: FinishReason) -> dict[str, Any]:
        said = {"message": {"role": "assistant", "content": text}} if self.kind == "chat" else {"text": text}
        return {"index": index, **said, "logprobs": None, "finish_reason": reason.value}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "chat.completion.chunk" if self.kind == "chat" else "text_completion",
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }


def _text(index: int, text: str, reason: str | None = None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": reason}


def _delta(index: int, delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
