"""The rows of the thread as QML reads them, derived from the open conversation. Pure."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState, Role
from oa_desktop.conversation.states import rankable_replies
from oa_desktop.ui.chat.open_conversation import OpenConversation
from oa_desktop.ui.chat.ranking_view import card_order, own_ranking
from oa_desktop.ui.chat.reply_measures import left_out, read_text
from oa_desktop.ui.chat.reply_row import FeedbackIndex, ReplyRow, reply_row
from oa_desktop.ui.chat.thread_rows import RowKind, ThreadRow, edited_text, thread_rows
from oa_desktop.ui.conversations.summaries import counted


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One row of the thread.

    kind: "prompt", "reply", "cards", "earlier": `count` messages before those shown, or "unread": the
        `count` messages above were not read for the last answer.
    message_id: the message on the branch shown. parent_id: what it answers.
    position, count: place among its siblings, from 1.
    text: of a prompt, or its beginning; cut: how many characters are left out, empty for none.
    unanswered: a prompt at the end that nobody is answering.
    left_out: over replies, how many messages were not read for them, in a sentence.
    read: over cards, how much of the prompt was read for the newest of them, which is once for all.
    heading: over cards. hidden: replies of a level beyond those shown.
    """

    key: str
    kind: str
    message_id: str
    parent_id: str
    position: int
    count: int
    text: str = ""
    cut: str = ""
    edited: str = ""
    heading: str = ""
    streaming: bool = False
    can_rank: bool = False
    can_collapse: bool = False
    none_acceptable: bool = False
    hidden: int = 0
    unanswered: bool = False
    left_out: str = ""
    read: str = ""


Live = Callable[[MessageId], Generation | None]


def _nothing(_message_id: MessageId) -> Generation | None:
    return None


PROMPT_CHARACTERS = 6_000
"""How much of a prompt is shown at first; laying out a million characters without a space takes a minute."""
CARDS = 12
"""How many replies of one level are shown at first, and how many more each time."""
NEWEST = 200
"""How many messages of a branch are shown at first, and how many more each time."""


def thread_lines(
    current: OpenConversation,
    *,
    busy: bool,
    newest: int = NEWEST,
    shown: Mapping[str, int] = MappingProxyType({}),
    whole: Container[str] = (),
) -> tuple[ThreadLine, ...]:
    """The rows of the newest messages of the branch shown, after one that says how many came before.

    busy: replies are on their way. shown: how many cards of a prompt are wanted where it is not `CARDS`.
    whole: prompts whose text is wanted to its end.
    """
    rows = thread_rows(current.tree, current.leaf, current.expanded, newest)
    lines = [_line(current, row, busy=busy, shown=shown, whole=whole) for row in rows]
    before = len(current.tree.path(rows[0].message.id)) - 1
    unread = _dropped(current.tree[current.leaf])
    if before < unread < before + len(lines):
        lines.insert(unread - before, ThreadLine("unread", "unread", "", "", 0, unread))
    return (ThreadLine("earlier", "earlier", "", "", 0, before), *lines) if before else tuple(lines)


def reply_rows(
    current: OpenConversation,
    parent_id: MessageId,
    index: FeedbackIndex,
    most: int = CARDS,
    live: Live = _nothing,
) -> tuple[ReplyRow, ...]:
    """The first replies to a prompt as cards: ranked ones best first, then those that cannot be ranked.

    live: what is measured so far of a reply that is being written.
    """
    replies = current.tree.children(parent_id)
    numbers = {reply.id: number for number, reply in enumerate(replies, start=1)}
    rankable = rankable_replies(current.tree, parent_id)
    order = card_order(current.feedback, parent_id, rankable).order
    if current.is_streaming(parent_id):
        shown = list(numbers)
    else:
        shown = [*order, *(reply for reply in numbers if reply not in order)]
    on_path = _reply_on_path(current, parent_id)
    return tuple(
        reply_row(_with_live(current.tree[reply], live), numbers[reply], index, selected=reply == on_path)
        for reply in shown[:most]
    )


def single_row(
    current: OpenConversation, message_id: MessageId, index: FeedbackIndex, live: Live = _nothing
) -> tuple[ReplyRow, ...]:
    """The one reply of a branch as a row."""
    siblings = [message.id for message in current.tree.siblings(message_id)]
    number = siblings.index(message_id) + 1 if message_id in siblings else 1
    return (reply_row(_with_live(current.tree[message_id], live), number, index, selected=True),)


def _with_live(message: Message, live: Live) -> Message:
    measured = live(message.id)
    return message if measured is None else replace(message, generation=measured)


def _dropped(message: Message) -> int:
    return message.generation.dropped_messages if message.generation else 0


def _reply_on_path(current: OpenConversation, parent_id: MessageId) -> MessageId | None:
    return next((m.id for m in current.tree.path(current.leaf) if m.parent_id == parent_id), None)


def _line(
    current: OpenConversation, row: ThreadRow, *, busy: bool, shown: Mapping[str, int], whole: Container[str]
) -> ThreadLine:
    message = row.message
    parent_id = message.parent_id or ""
    line = ThreadLine(row.key, row.kind.value, message.id, parent_id, row.position, row.count)
    match row.kind:
        case RowKind.PROMPT:
            return _prompt_line(current, line, busy=busy, whole=message.id in whole)
        case RowKind.CARDS:
            hidden = max(0, line.count - shown.get(parent_id, CARDS))
            return replace(_cards_line(current, line, MessageId(parent_id)), hidden=hidden)
    streaming = message.state is MessageState.STREAMING
    return replace(line, streaming=streaming, left_out=left_out(_dropped(message)))


def _prompt_line(current: OpenConversation, line: ThreadLine, *, busy: bool, whole: bool) -> ThreadLine:
    message_id = MessageId(line.message_id)
    position, count = line.position, line.count
    text = current.tree[message_id].text
    if message_id == current.tree.root.id and current.tree.id in current.sisters:
        position, count = current.sisters.index(current.tree.id) + 1, len(current.sisters)
    return replace(
        line,
        position=position,
        count=count,
        text=text if whole else text[:PROMPT_CHARACTERS],
        cut="" if whole or len(text) <= PROMPT_CHARACTERS else f"{len(text) - PROMPT_CHARACTERS:,}",
        edited=edited_text(count),
        unanswered=message_id == current.leaf and not busy,
    )


def _cards_line(current: OpenConversation, line: ThreadLine, parent_id: MessageId) -> ThreadLine:
    streaming = current.is_streaming(parent_id)
    ranking = own_ranking(current.feedback, parent_id)
    replies = current.tree.children(parent_id)
    together = all(r.synthetic and not (r.generation and r.generation.continues) for r in replies)
    return replace(
        line,
        heading=counted(line.count, "reply", "replies") + (", generated together" if together else ""),
        streaming=streaming,
        can_rank=not streaming and len(rankable_replies(current.tree, parent_id)) >= 2,
        can_collapse=current.tree[current.leaf].parent_id != parent_id,
        none_acceptable=ranking is not None and ranking.not_rankable,
        left_out=left_out(max(map(_dropped, replies), default=0), len(replies)),
        read=read_text(replies[-1].generation) if replies and replies[-1].generation else "",
    )


def answers_reply(current: OpenConversation) -> int:
    """The number of the reply that the next prompt answers; 0 when it has no siblings."""
    leaf = current.tree[current.leaf]
    siblings = current.tree.siblings(leaf.id)
    if leaf.role is not Role.ASSISTANT or len(siblings) < 2:
        return 0
    return [message.id for message in siblings].index(leaf.id) + 1
