"""Read a conversation with damaged rows: each of them becomes a failed message, everything else stays."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are bound

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlite_utils import Database

from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState, Role, TreeId
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.records import MESSAGE_COLUMNS, Row, message_of

_UNREADABLE = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Fault:
    """One damaged row: where, and what is wrong with it."""

    tree_id: TreeId
    message_id: MessageId
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as far as it can be read."""

    tree: MessageTree
    faults: tuple[Fault, ...]


def read_tree(database: Database, tree_id: TreeId) -> Loaded:
    """Raises: NotInStore when there is no message of this tree."""
    rows = database.conn.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM message WHERE tree_id = ? ORDER BY seq", [tree_id]
    ).fetchall()
    if not rows:
        raise NotInStore("conversation", tree_id)
    try:
        return Loaded(MessageTree(map(message_of, rows)), ())
    except _UNREADABLE:  # TreeError is one of them
        return _mended(tree_id, rows)


def _mended(tree_id: TreeId, rows: list[Row]) -> Loaded:
    faults: list[Fault] = []
    messages: dict[MessageId, Message] = {}
    for row in rows:
        message, reason = _lenient(row, messages)
        if reason:
            faults.append(Fault(tree_id, message.id, reason))
        messages[message.id] = message
    root = _root(tree_id, messages, faults)
    for message_id in _unreachable(root.id, messages.values()):
        reason = f"it answers {messages[message_id].parent_id}, which is not in the conversation"
        faults.append(Fault(tree_id, message_id, reason))
        messages[message_id] = _placeholder(messages[message_id], reason, parent_id=root.id)
    return Loaded(MessageTree(messages.values()), tuple(faults))


def _lenient(row: Row, earlier: dict[MessageId, Message]) -> tuple[Message, str]:
    """The message of a row, with what cannot be read replaced, and the reason; "" when all is well."""
    try:
        return message_of(row), ""
    except _UNREADABLE as error:
        reason = f"{type(error).__name__}: {error}"
    parent = earlier.get(row[2])
    message = Message(
        id=MessageId(str(row[0])),
        tree_id=TreeId(str(row[1])),
        parent_id=row[2],
        role=parent.role.other if parent else Role.PROMPTER,
        text=row[4] if isinstance(row[4], str) else "",
        seq=row[5],
        created_at=datetime.fromtimestamp(0, UTC),
        deleted=row[14] is not None,
    )
    return _placeholder(message, reason, parent_id=message.parent_id), reason


def _placeholder(message: Message, reason: str, *, parent_id: MessageId | None) -> Message:
    error = f"This message is damaged in the store: {reason}"
    return replace(
        message, parent_id=parent_id, state=MessageState.FAILED, generation=Generation(error=error)
    )


def _root(tree_id: TreeId, messages: dict[MessageId, Message], faults: list[Fault]) -> Message:
    """The message the tree is named by; an empty one in its place when it is gone."""
    root = messages.get(MessageId(tree_id))
    if root is None or root.parent_id is not None:
        reason = "the first prompt is missing"
        faults.append(Fault(tree_id, MessageId(tree_id), reason))
        root = _placeholder(
            Message(MessageId(tree_id), tree_id, None, Role.PROMPTER, root.text if root else ""),
            reason,
            parent_id=None,
        )
        messages[root.id] = root
    return root


def _unreachable(root_id: MessageId, messages: Iterable[Message]) -> list[MessageId]:
    """Tops of what the root does not reach: a message whose parent is not there, or one of a cycle."""
    parents = {message.id: message.parent_id for message in messages}
    reaches_root = {root_id}
    tops: list[MessageId] = []
    for start in parents:
        trail: dict[MessageId, None] = {}
        current = start
        while current not in reaches_root and current not in trail:
            trail[current] = None
            parent = parents[current]
            if parent is None or parent not in parents:
                tops.append(current)
                break
            current = parent
        else:
            if current in trail:
                tops.append(current)
        reaches_root.update(trail)
    return tops
