"""The rows of a thread for a path through the tree: prompts, single replies, replies side by side. Pure."""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from oa_desktop.conversation.message import Message, MessageId, Role
from oa_desktop.conversation.tree import MessageTree


class RowKind(StrEnum):
    """What a row of the thread is."""

    PROMPT = "prompt"
    REPLY = "reply"
    CARDS = "cards"


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One row.

    key: stays the same while the row shows the same thing, so that a list updates instead of rebuilding.
    message: the prompt or reply on the path.
    position, count: place among its siblings, from 1.
    replies: for cards, every reply of the level, oldest first.
    """

    key: str
    kind: RowKind
    message: Message
    position: int
    count: int
    replies: tuple[MessageId, ...] = ()


def thread_rows(
    tree: MessageTree, leaf: MessageId, expanded: Container[MessageId], newest: int | None = None
) -> tuple[ThreadRow, ...]:
    """The rows from the first prompt to the leaf, or only the `newest` of them.

    The last level is shown as cards when it has several replies; an earlier one when its prompt is in
    `expanded`.
    """
    path = tree.path(leaf)
    shown = path if newest is None else path[-newest:]
    return tuple(_row(tree, message, leaf, expanded) for message in shown)


def _row(tree: MessageTree, message: Message, leaf: MessageId, expanded: Container[MessageId]) -> ThreadRow:
    siblings = tuple(other.id for other in tree.siblings(message.id))
    position = siblings.index(message.id) + 1 if message.id in siblings else 1
    count = max(len(siblings), 1)
    if message.role is Role.PROMPTER:
        return ThreadRow(f"prompt {message.id}", RowKind.PROMPT, message, position, count)
    if count > 1 and (message.id == leaf or message.parent_id in expanded):
        return ThreadRow(f"cards {message.parent_id}", RowKind.CARDS, message, position, count, siblings)
    return ThreadRow(f"reply {message.id}", RowKind.REPLY, message, position, count)


def edited_text(count: int) -> str:
    """How often a prompt with this many versions was edited, in words; empty when never."""
    match count:
        case 0 | 1:
            return ""
        case 2:
            return "edited once"
        case 3:
            return "edited twice"
    return f"edited {count - 1} times"
