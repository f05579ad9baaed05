"""Small trees for the tests of the window, told by a few words each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from oa_desktop.conversation.message import Generation, Message, MessageId, MessageState, Role, TreeId
from oa_desktop.conversation.tree import MessageTree

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def tree_of(*lines: str, **changes: dict[str, object]) -> MessageTree:
    """A tree from lines `id parent text…` in order; the parent of the root is `-`.

    changes: more fields of a message, by its id.
    """
    messages: dict[str, Message] = {}
    for seq, line in enumerate(lines):
        name, parent, text = (*line.split(" ", 2), "")[:3]
        role = Role.PROMPTER if parent == "-" else messages[parent].role.other
        message = Message(
            id=MessageId(name),
            tree_id=TreeId(next(iter(messages), name)),
            parent_id=None if parent == "-" else MessageId(parent),
            role=role,
            text=text or f"text of {name}",
            seq=seq,
            created_at=NOON + timedelta(seconds=seq),
        )
        messages[name] = replace(message, **changes.get(name, {}))
    return MessageTree(messages.values())


def finished(tokens: int = 63, seconds: float = 2.0) -> dict[str, object]:
    """Fields of a reply that ended by itself."""
    generation = Generation(completion_tokens=tokens, first_token_s=0.0, duration_s=seconds, preset="k50")
    return {"state": MessageState.COMPLETE, "generation": generation, "model_name": "tour"}
