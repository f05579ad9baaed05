"""Deep, wide and large trees take no recursion, and work in proportion to their messages."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.message import Message
from oa_desktop.store.store import Store
from tests.steps import lines_run

from .trees import answer, root_prompt

SQL_GRAIN = 100


@dataclass(frozen=True, slots=True)
class Work:
    """lines: of Python. sql: instructions of SQLite's virtual machine, in hundreds."""

    lines: int
    sql: int

    def is_in_proportion_to(self, part: "Work", times: int) -> bool:
        """part: the work for a tree `times` smaller. A quadratic way is at the square of that."""
        return self.lines < 1.5 * times * part.lines and self.sql < 1.5 * times * part.sql


def work_of(store: Store, function: Callable[[], object]) -> Work:
    sql = 0

    def count() -> int:
        nonlocal sql
        sql += 1
        return 0

    connection = store.messages.db.conn
    connection.set_progress_handler(count, SQL_GRAIN)
    try:
        lines = lines_run(function)
    finally:
        connection.set_progress_handler(None, SQL_GRAIN)
    assert lines > 0
    assert sql > 0
    return Work(lines, sql)


def chain(length: int) -> list[Message]:
    messages = [root_prompt()]
    for i in range(length - 1):
        messages.append(answer(messages[-1], f"message {i}"))
    return messages


def bush(length: int) -> list[Message]:
    """A fiftieth of the messages answer the prompt, two each of the others."""
    root = root_prompt()
    messages = [root, *(answer(root, f"sibling {i}") for i in range(length // 50))]
    while len(messages) < length:
        messages.append(answer(messages[len(messages) // 2], "text"))
    return messages


def worked_with(store: Store, messages: list[Message]) -> list[Work]:
    """What reading, deleting, restoring and purging a chain took; each is checked."""
    tree_id = messages[0].tree_id
    store.add_tree(Conversation(tree_id, active_leaf=messages[-1].id), messages)

    def read() -> None:
        path = store.messages.tree(tree_id).path(messages[-1].id)
        assert [message.id for message in path] == [message.id for message in messages]

    def delete() -> None:
        assert store.messages.delete(messages[1].id) == len(messages) - 1

    def restore() -> None:
        assert store.messages.restore(messages[len(messages) // 2].id) == len(messages) - 1

    works = [work_of(store, act) for act in (read, delete, restore)]
    assert store.conversations.list()[0].message_count == len(messages)
    works.append(work_of(store, lambda: store.conversations.purge(tree_id)))
    assert store.stats().messages == 0
    return works


def test_s18_a_chain_of_ten_thousand_messages_is_read_deleted_restored_and_purged(store: Store) -> None:
    tenth, whole = worked_with(store, chain(1_000)), worked_with(store, chain(10_000))
    for more, less in zip(whole, tenth, strict=True):
        assert more.is_in_proportion_to(less, 10), (more, less)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s17_a_tree_of_a_hundred_thousand_messages_opens(store: Store) -> None:
    messages = bush(100_000)
    store.add_tree(Conversation(messages[0].tree_id), messages)
    trees = []
    whole = work_of(store, lambda: trees.append(store.messages.tree(messages[0].tree_id)))
    assert len(trees[0]) == 100_000
    assert len(trees[0].children(messages[0].id)) == 2_000
    assert store.messages.get(messages[-1].id) == replace(messages[-1], seq=100_000)
    smaller = bush(1_000)
    store.add_tree(Conversation(smaller[0].tree_id), smaller)
    part = work_of(store, lambda: store.messages.tree(smaller[0].tree_id))
    assert whole.is_in_proportion_to(part, 100), (whole, part)


def test_s19_ten_megabytes_in_one_message_are_stored_whole(store: Store) -> None:
    root = root_prompt("x" * 10_000_000)
    store.conversations.create(root)
    assert store.messages.get(root.id).text == root.text
