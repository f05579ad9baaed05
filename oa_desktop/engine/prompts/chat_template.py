"""Prompts by the Jinja template of a model file, with what people wrote kept out of the template's hands.

The template sees random digits instead of each text. They are replaced after rendering, so no text is ever
run as template or read as special tokens. A template that changes texts (cuts, escapes, capitalises) loses
the digits; then it gets the real texts, in which an invisible character breaks the names of special tokens.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from oa_desktop.engine.prompts.messages import ChatMessage, Conversation
from oa_desktop.engine.prompts.segments import Prompt, Segment, Token, TokenTable, special_names

_EDGE: Final = "\x1f"
"""White space to a template's `trim` and nothing to anyone else: its loss shows that a text was trimmed."""
_ESCAPED_EDGE: Final = "\\u001f"
_BREAK: Final = "\u2060"
_SMALLEST_OUTPUT_LIMIT: Final = 1_000_000

Render = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """One template. render: asks the worker; raises what `TemplateProcess.render` raises."""

    source: str
    render: Render
    bos: int | None
    eos: int | None

    def write(self, conversation: Conversation, vocabulary: TokenTable) -> Prompt:
        """The prompt of a conversation."""
        return self._with_digits(conversation) or self._with_broken_names(conversation, vocabulary)

    def _with_digits(self, conversation: Conversation) -> Prompt | None:
        """The prompt, or None when a text did not come out of the template as it went in."""
        texts = {_digits(): message.content for message in conversation.messages if message.content}
        marks = iter(texts)
        messages = [
            ChatMessage(message.role, f"{_EDGE}{next(marks)}{_EDGE}" if message.content else "")
            for message in conversation.messages
        ]
        tokens = {_digits(): self.bos, _digits(): self.eos}
        rendered = self._rendered(messages, tuple(tokens), conversation.continue_last)
        if _ESCAPED_EDGE in rendered or not all(mark in rendered for mark in texts):
            return None
        prompt = tuple(_substituted(rendered, texts, tokens))
        return _up_to_last_text(prompt) if conversation.continue_last else prompt

    def _with_broken_names(self, conversation: Conversation, vocabulary: TokenTable) -> Prompt:
        messages = [
            replace(message, content=_broken(message.content, vocabulary))
            for message in conversation.messages
        ]
        tokens = {_digits(): self.bos, _digits(): self.eos}
        rendered = self._rendered(messages, tuple(tokens), conversation.continue_last)
        if conversation.continue_last:
            last = messages[-1].content.strip()
            rendered = rendered[: rendered.rfind(last) + len(last)] if last in rendered else rendered
        return tuple(_substituted(rendered, {}, tokens))

    def _rendered(self, messages: list[ChatMessage], tokens: tuple[str, ...], continue_last: bool) -> str:
        bos, eos = tokens
        return self.render(
            {
                "template": self.source,
                "messages": [{"role": turn.role.value, "content": turn.content} for turn in messages],
                "bos_token": bos,
                "eos_token": eos,
                "add_generation_prompt": not continue_last,
                "output_limit": _SMALLEST_OUTPUT_LIMIT + 2 * sum(len(turn.content) for turn in messages),
            }
        )


def _substituted(
    rendered: str, texts: dict[str, str], tokens: dict[str, int | None]
) -> Iterator[Segment | Token]:
    marks = re.compile(f"({_EDGE}?)({'|'.join((*texts, *tokens))})({_EDGE}?)")
    start = 0
    for match in marks.finditer(rendered):
        if match.start() > start:
            yield Segment(rendered[start : match.start()], True)
        start = match.end()
        left, mark, right = match.groups()
        if mark in texts:
            text = texts[mark]
            text = text if left else text.lstrip()
            yield Segment(text if right else text.rstrip(), False)
        elif (token := tokens[mark]) is not None:
            yield Token(token)
    if start < len(rendered):
        yield Segment(rendered[start:], True)


def _up_to_last_text(prompt: Prompt) -> Prompt:
    texts = [isinstance(part, Segment) and not part.is_template for part in prompt]
    return prompt[: len(texts) - texts[::-1].index(True)]


def _broken(text: str, vocabulary: TokenTable) -> str:
    for name in special_names(text, vocabulary):
        text = text.replace(name, name[0] + _BREAK + name[1:])
    return text


def _digits() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(24))
