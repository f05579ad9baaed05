"""What a server sent, as typed values. A server may send anything: nothing here trusts a type or a size."""

import json
from collections.abc import Iterator
from typing import Any, Final

from oa_desktop.client.errors import ReplyUnreadable
from oa_desktop.client.events import ChatStreamEvent, ChoiceDelta, ChoiceEnd, PromptRead, TurnsDropped, Usage
from oa_desktop.client.handle import EngineDevice, ModelDescription

_MOST_NOTICES: Final = 20
_LONGEST_NOTICE: Final = 500
_MOST_MILLISECONDS: Final = 1e12
_CONTINUING: Final = ("vllm", "sglang", "llamacpp")
"""Owners of models on servers that go on with a last message of the assistant: by `continue_final_message`;
llama-server, which calls itself llamacpp, does so always."""


def parse_json(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises: ReplyUnreadable."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unreadable("it is not JSON") from error
    if not isinstance(value, dict):
        raise unreadable("it is not an object")
    return value


def stream_events(chunk: dict[str, Any], n: int) -> Iterator[ChatStreamEvent]:
    """The events of one stream chunk of a request for `n` replies."""
    if dropped := _count(chunk.get("dropped_messages")):
        yield TurnsDropped(dropped)
    if prompt_tokens := _count(chunk.get("prompt_tokens")):
        yield PromptRead(prompt_tokens, min(_count(chunk.get("cached_tokens")), prompt_tokens))
    for choice in _objects(chunk.get("choices")):
        index = choice.get("index", 0)
        if not _is_count(index) or index >= n:
            raise unreadable("it answers a reply nobody asked for")
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, dict) else choice.get("text")
        if isinstance(text, str) and text:
            yield ChoiceDelta(index, text)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            tokens = choice.get("completion_tokens")
            yield ChoiceEnd(index, reason[:40], tokens if _is_count(tokens) else None)
    if isinstance(chunk.get("usage"), dict):
        yield _usage(chunk)


def describe_model(entry: dict[str, Any], name: str | None = None) -> ModelDescription:
    """From the hello line of our engine, or with `name` from an entry of anybody's `/v1/models`."""
    meta = _object(entry.get("meta")) or entry
    return ModelDescription(
        name=name or _text(meta.get("name")) or _text(entry.get("id")) or "?",
        context_tokens=_count(meta.get("context_tokens")) or _count(entry.get("max_model_len")),
        max_replies=max(1, _count(meta.get("max_replies"))),
        prompt_format=_text(meta.get("prompt_format")),
        description=_text(meta.get("description")),
        architecture=_text(meta.get("architecture")),
        parameters=_count(meta.get("parameters")),
        size_bytes=_count(meta.get("size_bytes")),
        train_context_tokens=_count(meta.get("train_context_tokens")),
        notices=_notices(meta.get("notices")),
        truncates=meta.get("truncation") is True,
        continues=meta.get("continuation") is True or entry.get("owned_by") in _CONTINUING,
        device=_device(_object(meta.get("device"))),
    )


def model_list(body: dict[str, Any]) -> tuple[ModelDescription, ...]:
    """The models of a `/v1/models` answer that have a name."""
    entries = _objects(body.get("data"))
    return tuple(describe_model(entry, _text(entry["id"])) for entry in entries if _text(entry.get("id")))


def unreadable(why: str) -> ReplyUnreadable:
    """The error for an answer outside the protocol."""
    return ReplyUnreadable("reply-unreadable", f"The engine's answer cannot be read: {why}.")


def _usage(chunk: dict[str, Any]) -> Usage:
    usage, timings = _object(chunk.get("usage")), _object(chunk.get("timings"))
    details = _object(usage.get("prompt_tokens_details"))
    seed = chunk.get("seed")
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        reused_tokens=_count(details.get("cached_tokens")),
        first_token_s=_seconds(timings.get("prompt_ms")),
        seed=seed if _is_count(seed) else None,
        dropped_messages=_count(details.get("dropped_messages")),
    )


def _device(members: dict[str, Any]) -> EngineDevice | None:
    kind = _text(members.get("kind"), 20)
    if not kind:
        return None
    layers = _count(members.get("layers"))
    return EngineDevice(
        kind=kind,
        name=_text(members.get("name")),
        layers=layers,
        offloaded_layers=min(_count(members.get("offloaded_layers")), layers),
        threads=_count(members.get("threads")),
        kv_type=_text(members.get("kv_type"), 20),
        flash_attention=members.get("flash_attention") is True,
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _notices(value: Any) -> tuple[str, ...]:
    texts = value[:_MOST_NOTICES] if isinstance(value, list) else []
    return tuple(_text(text, _LONGEST_NOTICE) for text in texts if isinstance(text, str))


def _text(value: Any, limit: int = 200) -> str:
    if not isinstance(value, str):
        return ""
    return "".join(char if char.isprintable() else "\ufffd" for char in value[:limit])


def _seconds(milliseconds: Any) -> float | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    return milliseconds / 1000 if 0 <= milliseconds < _MOST_MILLISECONDS else None


def _count(value: Any) -> int:
    return value if _is_count(value) else 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
