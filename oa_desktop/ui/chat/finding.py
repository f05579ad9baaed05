"""Where a text stands in the thread that is shown: the branch from the first prompt to its end. Pure."""

from dataclasses import dataclass

from oa_desktop.conversation.message import MessageId
from oa_desktop.ui.chat.open_conversation import OpenConversation
from oa_desktop.ui.chat.thread_rows import RowKind, thread_rows


@dataclass(frozen=True, slots=True)
class Found:
    """One row that holds the text. depth: its place on the branch, from 0.

    prompt_id: the prompt it is, whose text may be shown only in part; None for replies.
    """

    row_key: str
    depth: int
    prompt_id: MessageId | None = None


def find(current: OpenConversation, query: str) -> tuple[Found, ...]:
    """The rows with this text in upper or lower case, oldest first; replies side by side are one row."""
    wanted = query.strip().casefold()
    if not wanted:
        return ()
    rows = thread_rows(current.tree, current.leaf, current.expanded)
    return tuple(
        Found(row.key, depth, row.message.id if row.kind is RowKind.PROMPT else None)
        for depth, row in enumerate(rows)
        if any(
            wanted in current.tree[message_id].text.casefold()
            for message_id in row.replies or (row.message.id,)
        )
    )
