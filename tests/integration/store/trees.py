"""Messages and small trees for the tests of the store."""

from dataclasses import replace
from typing import Any

from oa_desktop.conversation.message import Message, MessageId, MessageState, Role, TreeId, new_message_id
from oa_desktop.store.store import Store


def root_prompt(text: str = "What is a llama?", **values: Any) -> Message:
    message_id = new_message_id()
    return replace(Message(message_id, TreeId(message_id), None, Role.PROMPTER, text), **values)


def answer(parent: Message, text: str = "An animal.", **values: Any) -> Message:
    message = Message(new_message_id(), parent.tree_id, MessageId(parent.id), parent.role.other, text)
    return replace(message, **values)


def streaming(parent: Message) -> Message:
    return answer(parent, "", state=MessageState.STREAMING)


def started(store: Store, text: str = "What is a llama?", *, title: str = "", **values: Any) -> Message:
    """A stored conversation of one prompt."""
    root = root_prompt(text, **values)
    store.conversations.create(root, title=title)
    return store.messages.get(root.id)
