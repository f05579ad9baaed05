"""The message tree: children, siblings, paths and branches, derived from parent pointers. Never recursive."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from oa_desktop.conversation.message import Message, MessageId, TreeId


class TreeError(ValueError):
    """The messages do not form one tree; the text names the offending ids."""


class MessageTree:
    """One conversation: every message reachable from one root prompt.

    Immutable. Siblings are ordered by `seq`. Deleted messages are kept (they can be restored) and are left
    out of `children` and `siblings` unless asked for.
    """

    __slots__ = ("_children", "_messages", "root")

    def __init__(self, messages: Iterable[Message]) -> None:
        """Raises TreeError on no or two roots, an unknown parent, a duplicate id or a cycle."""
        self._messages: dict[MessageId, Message] = {}
        self._children: dict[MessageId, list[MessageId]] = defaultdict(list)
        roots: list[Message] = []
        for message in messages:
            if message.id in self._messages:
                raise TreeError(f"message id {message.id} occurs twice")
            self._messages[message.id] = message
        for message in sorted(self._messages.values(), key=lambda m: m.seq):
            if message.parent_id is None:
                roots.append(message)
            elif message.parent_id not in self._messages:
                raise TreeError(f"message {message.id} answers {message.parent_id}, which is not in the tree")
            else:
                self._children[message.parent_id].append(message.id)
        if len(roots) != 1:
            raise TreeError(f"a tree has one root prompt, found {len(roots)}")
        self.root: Message = roots[0]
        reachable = sum(1 for _ in self.walk())
        if reachable != len(self._messages):
            raise TreeError(f"{len(self._messages) - reachable} messages form a cycle apart from the root")

    @property
    def id(self) -> TreeId:
        """The id of the root message."""
        return TreeId(self.root.id)

    @property
    def messages(self) -> Mapping[MessageId, Message]:
        """Every message by id, deleted ones included."""
        return MappingProxyType(self._messages)

    def __getitem__(self, message_id: MessageId) -> Message:
        return self._messages[message_id]

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._messages

    def __len__(self) -> int:
        return len(self._messages)

    def children(self, message_id: MessageId, *, deleted: bool = False) -> tuple[Message, ...]:
        """Direct replies, oldest first."""
        replies = (self._messages[child] for child in self._children.get(message_id, ()))
        return tuple(reply for reply in replies if deleted or not reply.deleted)

    def siblings(self, message_id: MessageId) -> tuple[Message, ...]:
        """The message and the other answers to its parent, oldest first; the root has none beside itself."""
        parent_id = self._messages[message_id].parent_id
        return (self.root,) if parent_id is None else self.children(parent_id)

    def path(self, message_id: MessageId) -> tuple[Message, ...]:
        """From the root to the message, both included."""
        upwards: list[Message] = []
        current: MessageId | None = message_id
        while current is not None:
            upwards.append(self._messages[current])
            current = self._messages[current].parent_id
        return tuple(reversed(upwards))

    def newest_leaf(self, message_id: MessageId) -> Message:
        """The leaf reached by always taking the newest reply; where a branch continues when it is opened."""
        current = self._messages[message_id]
        while replies := self.children(current.id):
            current = max(replies, key=lambda reply: reply.seq)
        return current

    def walk(self, start: MessageId | None = None) -> Iterator[Message]:
        """Depth first, parents before replies, replies oldest first; deleted messages included."""
        stack = [self.root.id if start is None else start]
        while stack:
            current = stack.pop()
            yield self._messages[current]
            stack.extend(reversed(self._children.get(current, ())))

    def subtree_size(self, message_id: MessageId) -> int:
        """Messages at and below this one, deleted ones included."""
        return sum(1 for _ in self.walk(message_id))

    def depths(self) -> dict[MessageId, int]:
        """Distance from the root, 0 for the root."""
        depth: dict[MessageId, int] = {}
        for message in self.walk():
            depth[message.id] = 0 if message.parent_id is None else depth[message.parent_id] + 1
        return depth

    def branch_count(self) -> int:
        """Leaves that are not deleted."""
        return sum(1 for m in self._messages.values() if not m.deleted and not self.children(m.id))
