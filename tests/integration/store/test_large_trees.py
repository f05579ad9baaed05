"""Deep, wide and large trees take no recursion and little time; limits are far above what was measured."""

import time
from dataclasses import replace

import pytest

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.message import Message
from oa_desktop.store.store import Store

from .trees import answer, root_prompt


def chain(length: int) -> list[Message]:
    messages = [root_prompt()]
    for i in range(length - 1):
        messages.append(answer(messages[-1], f"message {i}"))
    return messages


def test_s18_a_chain_of_ten_thousand_messages_is_read_deleted_restored_and_purged(store: Store) -> None:
    messages = chain(10_000)
    tree_id = messages[0].tree_id
    store.add_tree(Conversation(tree_id, active_leaf=messages[-1].id), messages)
    started_s = time.perf_counter()
    tree = store.messages.tree(tree_id)
    assert time.perf_counter() - started_s < 3
    assert [message.id for message in tree.path(messages[-1].id)] == [message.id for message in messages]
    assert store.messages.delete(messages[1].id) == 9_999
    assert store.messages.restore(messages[5_000].id) == 9_999
    assert store.conversations.list()[0].message_count == 10_000
    store.conversations.purge(tree_id)
    assert store.stats().messages == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s17_a_tree_of_a_hundred_thousand_messages_opens(store: Store) -> None:
    root = root_prompt()
    messages = [root, *(answer(root, f"sibling {i}") for i in range(2_000))]
    while len(messages) < 100_000:
        messages.append(answer(messages[len(messages) // 2], "text"))
    store.add_tree(Conversation(root.tree_id), messages)
    started_s = time.perf_counter()
    tree = store.messages.tree(root.tree_id)
    elapsed_s = time.perf_counter() - started_s
    assert len(tree) == 100_000
    assert len(tree.children(root.id)) == 2_000
    assert elapsed_s < 10
    assert store.messages.get(messages[-1].id) == replace(messages[-1], seq=100_000)


def test_s19_ten_megabytes_in_one_message_are_stored_whole(store: Store) -> None:
    root = root_prompt("x" * 10_000_000)
    store.conversations.create(root)
    assert store.messages.get(root.id).text == root.text
