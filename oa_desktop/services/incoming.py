"""From a tree of a file to messages of this store: what is new, what is there already, what needs a new id.

Pure: looks up stored messages through a function it is given.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.imported import ImportedFields, ImportedLabel
from oa_desktop.conversation.message import Message, MessageId, Role, TreeId
from oa_desktop.oasst import OasstNode, OasstTree
from oa_desktop.services.chat import title_of
from oa_desktop.store.text import clean

_NAMESPACE = uuid5(NAMESPACE_URL, "https://github.com/open-assistant-desktop/oa-desktop#imported-message")

LookUp = Callable[[MessageId], Message | None]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A message whose id was taken by another one, and the id it got; the same one at every import."""

    original: str
    new: MessageId


@dataclass(slots=True)
class Incoming:
    """One tree, ready to be stored. messages: the new ones, parents first. known: those there already."""

    tree_id: TreeId
    messages: list[Message] = field(default_factory=list)
    imported: dict[MessageId, ImportedFields] = field(default_factory=dict)
    known: int = 0
    renamed: list[Renamed] = field(default_factory=list)
    replaced_characters: int = 0

    @property
    def is_new(self) -> bool:
        """Whether the prompt itself is new, and so the conversation."""
        return bool(self.messages) and self.messages[0].parent_id is None


def incoming_tree(tree: OasstTree, look_up: LookUp, now: datetime) -> Incoming:
    """now: the time of messages the file gives none.

    A message is known when parent, role and text are those of the stored message of that id. Where they
    differ it becomes a message of its own, with an id made from its content, and so does all that hangs on
    it.
    """
    result = Incoming(TreeId(tree.prompt.message_id))
    new_ids: dict[str, MessageId] = {}
    for node in tree.nodes:
        text, replaced = clean(node.text)
        parent_id = None if node.parent_id is None else new_ids[node.parent_id]
        message_id, is_known = _settled(node, parent_id, text, look_up)
        new_ids[node.message_id] = message_id
        if parent_id is None:
            result.tree_id = TreeId(message_id)
        if is_known:
            result.known += 1
            continue
        if message_id != node.message_id:
            result.renamed.append(Renamed(node.message_id, message_id))
        result.replaced_characters += replaced
        result.messages.append(_message(node, message_id, result.tree_id, parent_id, text, now))
        result.imported[message_id] = _imported(node, tree if parent_id is None else None)
    return result


def conversation_of(tree: OasstTree, incoming: Incoming) -> Conversation:
    """The conversation for a tree whose prompt is new."""
    root = incoming.messages[0]
    return Conversation(
        incoming.tree_id,
        title=title_of(root.text),
        created_at=root.created_at,
        updated_at=root.created_at,
        active_leaf=_best_leaf(tree, incoming),
        lang=tree.prompt.lang,
        origin=tree.origin,
        imported_state=tree.tree_state,
    )


def _settled(
    node: OasstNode, parent_id: MessageId | None, text: str, look_up: LookUp
) -> tuple[MessageId, bool]:
    """The id the message has or gets here, and whether it is there already."""
    own = MessageId(node.message_id)
    content = (parent_id, node.role, text)
    derived = MessageId(str(uuid5(_NAMESPACE, "\n".join((own, str(parent_id), node.role, text)))))
    for candidate in (own, derived):
        stored = look_up(candidate)
        if stored is None:
            return candidate, False
        if (stored.parent_id, stored.role.value, stored.text) == content:
            return candidate, True
    raise ValueError(f"two messages have the derived id {derived}")


def _message(
    node: OasstNode,
    message_id: MessageId,
    tree_id: TreeId,
    parent_id: MessageId | None,
    text: str,
    now: datetime,
) -> Message:
    return Message(
        message_id,
        tree_id,
        parent_id,
        Role(node.role),
        text,
        created_at=node.created_date or now,
        lang=node.lang,
        synthetic=bool(node.synthetic),
        model_name=node.model_name,
        user_id=node.user_id,
        review_count=node.review_count,
        review_result=node.review_result,
        deleted=bool(node.deleted),
    )


UNSAID = ("created_date", "deleted", "synthetic")
"""Fields a message here always has; that the file left them out is kept in `ImportedFields.extra`."""


def _imported(node: OasstNode, tree: OasstTree | None) -> ImportedFields:
    """What the message itself does not hold. tree: given for the prompt."""
    labels, detoxify = node.labels, node.detoxify
    unsaid: dict[str, Any] = {name: None for name in UNSAID if getattr(node, name) is None}
    other_tree_id = tree.message_tree_id if tree and tree.message_tree_id != node.message_id else None
    return ImportedFields(
        rank=node.rank,
        labels=None if labels is None else {k: ImportedLabel(v.value, v.count) for k, v in labels.items()},
        emojis=None if node.emojis is None else dict(node.emojis),
        events=None if node.events is None else dict(node.events),  # type: ignore[arg-type]
        detoxify=None if detoxify is None else asdict(detoxify),
        review_count=node.review_count,
        review_result=node.review_result,
        message_tree_id=node.message_tree_id or other_tree_id,
        tree_state=node.tree_state,
        extra=unsaid,
    )


def _best_leaf(tree: OasstTree, incoming: Incoming) -> MessageId:
    """The end of the branch of best ranks."""
    renamed = {name.original: name.new for name in incoming.renamed}
    children = tree.replies()
    current = tree.prompt
    while replies := [reply for reply in children.get(current.message_id, ()) if not reply.deleted]:
        current = replies[0]
    return renamed.get(current.message_id, MessageId(current.message_id))
