"""Put conversations into a store directly, where typing them would prove nothing."""

from datetime import UTC, datetime

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.message import Message, MessageId, Role, TreeId

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(tree_id, name, parent, role, text, **fields):
    return Message(
        MessageId(name),
        TreeId(tree_id),
        MessageId(parent) if parent else None,
        role,
        text,
        created_at=NOON,
        **fields,
    )


def talk(store, name, title="", prompt="A question", replies=("An answer",), lang="en", **fields):
    """One prompt with replies."""
    root = f"{name}-0"
    messages = [message(root, root, None, Role.PROMPTER, prompt, lang=lang)]
    messages += [
        message(root, f"{name}-{i + 1}", root, Role.ASSISTANT, text, synthetic=True, lang=lang)
        for i, text in enumerate(replies)
    ]
    store.add_tree(Conversation(TreeId(root), title or prompt, lang=lang, **fields), messages)


def chain(store, name, length):
    """A conversation without a branch."""
    root = f"{name}-0"
    messages = [message(root, root, None, Role.PROMPTER, "It begins")]
    while len(messages) < length:
        last, number = messages[-1], len(messages)
        messages.append(message(root, f"{name}-{number}", last.id, last.role.other, f"Message {number}"))
    store.add_tree(Conversation(TreeId(root), "A long one"), messages)


def bush(store, name, width):
    """One prompt with very many replies."""
    talk(store, name, "A wide one", "Say a number", [f"{i}" for i in range(width)])
