"""Which turns of a conversation stay when not all of it fits: the oldest are left out first. Pure.

A turn is a message of the user with the replies that follow it. System messages always stay, and so does the
last turn, with a reply at its end that is to be continued. See docs/adr/0022-oldest-turns-are-left-out.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from oa_desktop.engine.prompts.messages import ChatMessage, Conversation, Role

PARTS: Final = 4
"""Of the context: one at most is kept free for the reply, and the beginning moves by one at a time."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was left out. tokens: of the texts alone, without what a format writes around them."""

    messages: int = 0
    tokens: int = 0


NOTHING_DROPPED: Final = Dropped()
_AROUND_A_MESSAGE: Final = 4
"""About how many tokens formats write around a message; lines are drawn with it, nothing is refused by it."""


def prompt_budget(context_tokens: int, max_tokens: int) -> int:
    """How long a prompt may be that leaves room for its reply: all of it, or a quarter of the context."""
    reserve = max(1, min(max_tokens, context_tokens // PARTS))
    return context_tokens - reserve


def step_of(context_tokens: int) -> int:
    """How far the beginning of a prompt moves at once; the same for every request, however long its reply."""
    return context_tokens // PARTS


def keep_newest(
    conversation: Conversation,
    sizes: Callable[[], Sequence[int]],
    count: Callable[[Conversation], int],
    budget: int,
    step: int,
) -> tuple[Conversation, Dropped]:
    """The conversation without its oldest turns, so that its prompt fits; the same one when it does.

    sizes: the tokens of each message's text; asked only when something must go.
    count: the tokens of a whole prompt. Asked at most about twice log2 of the turns, and beside the first
        time only for conversations near the budget, so that a long history costs little.
    budget: how many of them fit. The last turn is kept also when it alone is longer.
    step: more is left out than must be, by less than so many tokens.

    A conversation that has reached the end of the context would else lose its oldest turn with every message,
    and since a prompt is only reused as far as it begins alike, all of it would be read again each time. So
    the first turn that stays is one of a few: imagine a line after every `step` tokens, from the first
    message on; the first turn that both fits and has a line running through it opens the prompt. Lines depend
    on older messages only, so it stays the same turn until about `step` tokens have been said, and it is the
    same for all branches that have these turns in common.
    """
    if count(conversation) <= budget:
        return conversation, NOTHING_DROPPED
    turns = turns_of(conversation.messages)
    texts = sizes()
    weights = [sum(texts[index] for index in turn) for turn in turns]

    def fits(gone: int) -> bool:
        return count(_without(conversation, turns[:gone])) <= budget

    last = len(turns) - 1
    needed = _fewest(fits, weights, budget, last)
    spans = [weight + _AROUND_A_MESSAGE * len(turn) for weight, turn in zip(weights, turns, strict=True)]
    gone = _steady(spans, needed, last, step)
    while gone > needed and not fits(gone):
        gone -= 1
    dropped = Dropped(sum(len(turn) for turn in turns[:gone]), sum(weights[:gone]))
    return _without(conversation, turns[:gone]), dropped


def turns_of(messages: Sequence[ChatMessage]) -> list[list[int]]:
    """The places of the messages of each turn, oldest first; those of the system are in none.

    What the assistant said before anybody asked is a turn of its own.
    """
    turns: list[list[int]] = []
    for index, message in enumerate(messages):
        if message.role is Role.SYSTEM:
            continue
        if message.role is Role.USER or not turns:
            turns.append([])
        turns[-1].append(index)
    return turns


def _without(conversation: Conversation, turns: Sequence[Sequence[int]]) -> Conversation:
    gone = {index for turn in turns for index in turn}
    kept = tuple(message for index, message in enumerate(conversation.messages) if index not in gone)
    return Conversation(kept, conversation.continue_last)


def _fewest(fits: Callable[[int], bool], weights: Sequence[int], budget: int, last: int) -> int:
    """How many of the oldest turns must go; all but the last when nothing else fits. Not 0, unless that is 0.

    Looks first where the texts alone would fit, then further and further from there, then between.
    """
    low, high, step = 0, last, 1
    after = list(accumulate(reversed(weights)))[::-1]
    guess = next((gone for gone, tokens in enumerate(after) if tokens <= budget), last)
    while high - low > 1:
        middle = min(max(guess, low + 1), high - 1)
        if fits(middle):
            high, guess = middle, middle - step
        else:
            low, guess = middle, middle + step
        step *= 2
        if not low < guess < high:
            guess = (low + high) // 2
    return high


def _steady(spans: Sequence[int], needed: int, last: int, step: int) -> int:
    """The first turn from `needed` on through which a line runs; `needed` when none does before the last."""
    start = sum(spans[:needed])
    for turn in range(needed, last):
        end = start + spans[turn]
        if step and start // step != end // step:
            return turn
        start = end
    return needed
