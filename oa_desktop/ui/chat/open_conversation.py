"""The conversation in the window, as one value: its tree, what was said of it, and the branch shown. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import TreeFeedback
from oa_desktop.conversation.message import Message, MessageId, MessageState, Role, TreeId
from oa_desktop.conversation.tree import MessageTree


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """Changed by making a new one.

    leaf: the end of the branch shown.
    expanded: prompts above the leaf whose replies are shown side by side.
    sisters: trees that are edits of the same first prompt, this one among them, oldest first.
    """

    conversation: Conversation
    tree: MessageTree
    feedback: TreeFeedback
    leaf: MessageId
    expanded: frozenset[MessageId] = field(default_factory=frozenset)
    sisters: tuple[TreeId, ...] = ()

    @property
    def tree_id(self) -> TreeId:
        """Id of the tree."""
        return self.tree.id

    def is_streaming(self, parent_id: MessageId) -> bool:
        """Whether a reply to this prompt is still being written."""
        return any(reply.state is MessageState.STREAMING for reply in self.tree.children(parent_id))

    def with_messages(self, messages: Iterable[Message]) -> "OpenConversation":
        """Messages added, or put in the place of those with the same id."""
        known = {**self.tree.messages, **{message.id: message for message in messages}}
        return replace(self, tree=MessageTree(known.values()))

    def at(self, leaf: MessageId) -> "OpenConversation":
        """The branch that ends at this message."""
        return replace(self, leaf=leaf)

    def through(self, message_id: MessageId) -> "OpenConversation":
        """The branch through this message, to the newest message below it."""
        return self.at(self.tree.newest_leaf(message_id).id)

    def with_expanded(self, parent_id: MessageId, shown: bool) -> "OpenConversation":
        """The replies to a prompt side by side, or only the one on the path."""
        changed = self.expanded | {parent_id} if shown else self.expanded - {parent_id}
        return replace(self, expanded=changed)

    def sibling(self, message_id: MessageId, step: int) -> MessageId | None:
        """The message `step` further among its siblings; None beyond the ends."""
        siblings = [message.id for message in self.tree.siblings(message_id)]
        position = siblings.index(message_id) + step if message_id in siblings else -1
        return siblings[position] if 0 <= position < len(siblings) else None

    def last_prompt(self) -> Message | None:
        """The newest prompt on the branch shown."""
        prompts = [m for m in self.tree.path(self.leaf) if m.role is Role.PROMPTER]
        return prompts[-1] if prompts else None


def shown_leaf(tree: MessageTree, remembered: MessageId | None) -> MessageId:
    """Where a conversation opens: where it was left, unless that is gone."""
    if remembered is not None and remembered in tree and not tree[remembered].deleted:
        return tree.newest_leaf(remembered).id
    return tree.newest_leaf(tree.root.id).id


def nearest_shown(tree: MessageTree, message_id: MessageId) -> MessageId:
    """The newest leaf below the nearest ancestor that is not deleted; below the root for an unknown id."""
    current: MessageId | None = message_id if message_id in tree else None
    while current is not None and tree[current].deleted:
        current = tree[current].parent_id
    return tree.newest_leaf(current or tree.root.id).id
