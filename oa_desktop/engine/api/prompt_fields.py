"""What to answer: the `messages` of a chat or the `prompt` of a completion, checked."""

from typing import Any, Final

from oa_desktop.engine.api.fields import Fields, clean
from oa_desktop.engine.api.problem import bad_field
from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role

MOST_MESSAGES: Final = 16_384
_ROLES: Final = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "prompter": Role.USER,
    "assistant": Role.ASSISTANT,
}


def parse_conversation(fields: Fields) -> Conversation:
    """The `messages` of a chat request.

    Text parts of a structured content are joined; parts that are not text are refused. At least one turn must
    be the user's. An assistant turn at the end is answered by a new assistant turn, or with
    `continue_final_message` (vLLM's name) continued where it stops.
    """
    raw = fields.raw("messages")
    name = fields.path("messages")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_MESSAGES:
        raise bad_field(name, f"be a list of 1 to {MOST_MESSAGES} messages")
    messages = tuple(_parse_message(item, f"{name}[{index}]") for index, item in enumerate(raw))
    if not any(message.role is Role.USER and message.content for message in messages):
        raise bad_field(name, "contain at least one user message that is not empty")
    continue_last = fields.flag("continue_final_message")
    if continue_last and messages[-1].role is not Role.ASSISTANT:
        raise bad_field(fields.path("continue_final_message"), "follow a last message of the assistant")
    if continue_last and not messages[-1].content:
        return Conversation(messages[:-1])
    return Conversation(messages, continue_last)


def parse_truncation(fields: Fields, *, has_turns: bool = True) -> bool:
    """`truncation`: whether the oldest turns may be left out ("auto", a word of OpenAI's Responses API).

    has_turns: a raw prompt has none that could be left out.
    """
    value = fields.text("truncation")
    if value is None or value == "disabled":
        return False
    if value != "auto":
        raise bad_field(fields.path("truncation"), 'be "auto" or "disabled"')
    if not has_turns:
        raise bad_field(fields.path("truncation"), 'be "disabled": a raw prompt has no turns to leave out')
    return True


def parse_prompt(fields: Fields, vocabulary_size: int) -> str | tuple[int, ...]:
    """The `prompt` of a completion request: a text, or token ids below `vocabulary_size`."""
    raw = fields.raw("prompt")
    if isinstance(raw, str) and raw:
        return clean(raw)
    if isinstance(raw, list) and raw and all(_is_token(item, vocabulary_size) for item in raw):
        return tuple(raw)
    words = f"be a text that is not empty, or a list of token ids below {vocabulary_size}"
    raise bad_field(fields.path("prompt"), words)


def _parse_message(raw: Any, name: str) -> ChatMessage:
    if not isinstance(raw, dict):
        raise bad_field(name, "be an object with role and content")
    role = raw.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise bad_field(f"{name}.role", "be system, user or assistant")
    return ChatMessage(_ROLES[role], _parse_content(raw.get("content"), f"{name}.content"))


def _parse_content(raw: Any, name: str) -> str:
    if isinstance(raw, str):
        return clean(raw)
    if not isinstance(raw, list):
        raise bad_field(name, "be a string or a list of text parts")
    texts: list[str] = []
    for index, part in enumerate(raw):
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str):
            raise bad_field(f"{name}[{index}]", "be a text part; this engine reads text only")
        texts.append(clean(text))
    return "".join(texts)


def _is_token(value: Any, vocabulary_size: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < vocabulary_size
