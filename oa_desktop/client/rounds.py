"""Several replies from a server that gives fewer at once than it is asked for: the rest is asked again."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from oa_desktop.client.errors import RequestRefused
from oa_desktop.client.events import (
    INTERRUPTED,
    ChatStreamEvent,
    ChoiceDelta,
    ChoiceEnd,
    PromptRead,
    TurnsDropped,
    Usage,
)

_ABOUT_N: Final = re.compile(
    r"\bn\b|\bone (completion )?choice|multiple (choices|completions)", re.IGNORECASE
)

AskFor = Callable[[tuple[int, ...]], AsyncGenerator[ChatStreamEvent, None]]
"""Streams the replies of these numbers in one request, where they are counted from 0."""


async def in_rounds(ask_for: AskFor, n: int, *, at_once: int) -> AsyncGenerator[ChatStreamEvent, None]:
    """The events of `n` replies, as if one request had brought them, and one Usage at the end.

    at_once: how many the server is known to give at once; 1 when that is not known. Servers that refuse `n`
    are asked one by one, and those that ignore it once more for what is missing.
    """
    wanted = tuple(range(n))
    one_by_one = False
    usage: Usage | None = None
    while wanted:
        asked = wanted[:1] if one_by_one else wanted
        told = _Round(asked)
        try:
            async with aclosing(ask_for(asked)) as events:
                async for event in events:
                    if (mine := told.take(event)) is not None:
                        yield mine
        except RequestRefused as error:
            if len(asked) == 1 or at_once > 1 or not _is_about_n(error):
                raise
            one_by_one = True
            continue
        for end in told.unsaid_ends():
            yield end
        usage = _sum(usage, told.usage)
        wanted = tuple(index for index in wanted if index not in told.ended)
    if usage is not None:
        yield usage


class _Round:
    """What one request brought, numbered as the caller numbers its replies."""

    def __init__(self, asked: tuple[int, ...]) -> None:
        self._asked = asked
        self._spoke: set[int] = set()
        self.ended: set[int] = set()
        self.usage: Usage | None = None

    def take(self, event: ChatStreamEvent) -> ChatStreamEvent | None:
        match event:
            case Usage():
                self.usage = event
                return None
            case TurnsDropped() | PromptRead():
                return event if 0 in self._asked else None
            case ChoiceDelta():
                self._spoke.add(self._asked[event.index])
            case ChoiceEnd():
                self.ended.add(self._asked[event.index])
        return replace(event, index=self._asked[event.index])

    def unsaid_ends(self) -> list[ChoiceEnd]:
        """Ends for replies that the server left without a reason; all of them when it said nothing.

        llama_cpp.server does so to a reply when the next request comes.
        """
        silent = set() if self._spoke or self.ended else set(self._asked)
        missing = sorted((self._spoke | silent) - self.ended)
        self.ended.update(missing)
        return [ChoiceEnd(index, INTERRUPTED) for index in missing]


def _is_about_n(error: RequestRefused) -> bool:
    return error.field == "n" or bool(_ABOUT_N.search(error.title))


def _sum(first: Usage | None, second: Usage | None) -> Usage | None:
    """The cost of two requests of one prompt: the prompt counts once."""
    if first is None or second is None:
        return first or second
    return replace(first, completion_tokens=first.completion_tokens + second.completion_tokens)
