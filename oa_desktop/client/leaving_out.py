"""Conversations too long for a server that leaves nothing out by itself: it is asked again without the oldest
turns.

The policy is our engine's, see docs/adr/0022-oldest-turns-are-left-out.md; only the counting is coarser,
because a server tells how many tokens a prompt has when it refuses it, if at all.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from math import log2
from typing import Final

from oa_desktop.client.chat_request import Message
from oa_desktop.client.errors import ContextExceeded
from oa_desktop.client.events import ChatStreamEvent, TurnsDropped, Usage

_STEPS: Final = 4
"""A quarter of the context is kept for the reply, and turns go by up to a quarter more than must be."""
_AROUND_A_MESSAGE: Final = 16
"""About how many characters a format adds to a message."""

AskWith = Callable[[Sequence[Message], int | None], AsyncGenerator[ChatStreamEvent, None]]
"""Streams the replies to these messages, each of this many tokens at most."""


async def leaving_out(
    ask: AskWith, messages: Sequence[Message], max_tokens: int | None
) -> AsyncGenerator[ChatStreamEvent, None]:
    """The events of `ask`, which is asked again with fewer turns as long as it says that they do not fit.

    Whole turns go, the oldest first; system messages and the last turn stay. A reply that is wanted longer
    than what a full context leaves is asked for shorter. Asked at most about log2 of the turns times.
    Raises: ContextExceeded when the last turn alone does not fit either.
    """
    history = _History(messages)
    gone, wanted = 0, max_tokens
    for _ in range(int(log2(len(history.turns) + 1)) + 3):
        started = False
        dropped = history.messages_in(gone)
        try:
            async with aclosing(ask(history.without(gone), wanted)) as events:
                async for event in events:
                    if dropped and not started:
                        yield TurnsDropped(dropped)
                    started = True
                    yield replace(event, dropped_messages=dropped) if isinstance(event, Usage) else event
            return
        except ContextExceeded as error:
            following = None if started else history.next_try(gone, error, max_tokens)
            if following is None or following == (gone, wanted):
                raise
            gone, wanted = following
            refused = error
    raise refused


class _History:
    """The turns of a conversation: each a message of the user with the replies that follow it."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages
        self.turns: list[list[int]] = []
        for index, message in enumerate(messages):
            if message["role"] == "system":
                continue
            if message["role"] == "user" or not self.turns:
                self.turns.append([])
            self.turns[-1].append(index)
        self._sizes = [sum(self._size(index) for index in turn) for turn in self.turns]
        self._always = sum(
            self._size(index) for index, message in enumerate(messages) if message["role"] == "system"
        )

    def _size(self, index: int) -> int:
        return len(self._messages[index]["content"]) + _AROUND_A_MESSAGE

    def without(self, gone: int) -> list[Message]:
        """All messages but those of the oldest `gone` turns."""
        left_out = {index for turn in self.turns[:gone] for index in turn}
        return [message for index, message in enumerate(self._messages) if index not in left_out]

    def messages_in(self, gone: int) -> int:
        """How many messages the oldest `gone` turns have."""
        return sum(len(turn) for turn in self.turns[:gone])

    def next_try(
        self, gone: int, refused: ContextExceeded, max_tokens: int | None
    ) -> tuple[int, int | None] | None:
        """How many turns to leave out after `gone` were too few, and how long a reply to ask for.

        None when nothing more can be left out.
        """
        last = max(len(self.turns) - 1, 0)
        sent = self._always + sum(self._sizes[gone:])
        prompt, context = refused.prompt_tokens, refused.context_tokens
        if not prompt or not context:
            return None if gone == last else (self._first_within(sent // 2, gone + 1, last, 0), max_tokens)
        reserve = max(1, min(max_tokens or context, context // _STEPS))
        shorter = None if max_tokens is None else min(max_tokens, reserve)
        if gone == last:
            fits = prompt < context and max_tokens is not None
            return (last, min(max_tokens or 1, context - prompt)) if fits else None
        if prompt <= context - reserve:  # it was the reply that had no room
            return gone, shorter
        budget = (context - reserve) * sent // prompt
        # to a power of two, so that the steps do not move with every message
        characters_a_token = 2 ** round(log2(sent / prompt))
        step = int(context // _STEPS * characters_a_token)
        return self._first_within(budget, gone + 1, last, step), shorter

    def _first_within(self, budget: int, least: int, last: int, step: int) -> int:
        """How many of the oldest turns go, at least `least`: `budget` characters stay, or less by a step."""
        left = self._always + sum(self._sizes[least:])
        first = least
        while first < last and left > budget:
            left -= self._sizes[first]
            first += 1
        start = sum(self._sizes[:first])
        for turn in range(first, last):
            end = start + self._sizes[turn]
            if step and start // step != end // step:
                return turn
            start = end
        return first
