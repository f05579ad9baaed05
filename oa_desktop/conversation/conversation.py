"""What is known of a whole conversation beside its messages, and the line a list shows of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.conversation.states import TreeState


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; its messages are read on their own.

    family: the first of the trees that are versions of one first prompt; a list shows them as one line.
    title_is_manual: the person named it, so nothing may rename it.
    active_leaf: end of the branch that was shown last.
    imported_state: the tree state a file claimed, kept apart from the one derived here.
    draft: typed and not sent yet.
    """

    tree_id: TreeId
    title: str = ""
    family: TreeId | None = None
    """None before it is stored: the tree starts a family of its own."""
    title_is_manual: bool = False
    pinned: bool = False
    archived: bool = False
    deleted: bool = False
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    active_leaf: MessageId | None = None
    lang: str | None = None
    origin: str | None = None
    imported_state: str | None = None
    system_prompt: str = ""
    preset: str | None = None
    draft: str = ""


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A conversation as one line of a list.

    message_count, branch_count: without deleted messages.
    ranked: somebody here ranked replies of it.
    """

    conversation: Conversation
    message_count: int
    branch_count: int
    ranked: bool
    tree_state: TreeState

    @property
    def tree_id(self) -> TreeId:
        """Id of the conversation, for short."""
        return self.conversation.tree_id

    @property
    def title(self) -> str:
        """Title of the conversation, for short."""
        return self.conversation.title

    @property
    def lang(self) -> str | None:
        """Language of the conversation, for short."""
        return self.conversation.lang
