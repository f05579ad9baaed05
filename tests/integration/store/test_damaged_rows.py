"""One damaged row never hides the others."""

import pytest

from oa_desktop.conversation.feedback import Emoji, Reaction, TreeFeedback
from oa_desktop.conversation.imported import ImportedFields
from oa_desktop.conversation.message import Generation, Message, MessageState, Role
from oa_desktop.store.store import Store

from .trees import answer, started


def damage(store: Store, sql: str, *values: object) -> None:
    """Change rows behind the back of every rule, as a bad disk would."""
    execute = store.messages.db.conn.execute
    for setting in ("foreign_keys=OFF", "ignore_check_constraints=ON"):
        execute(f"PRAGMA {setting}").close()
    execute(sql, values)
    for setting in ("foreign_keys=ON", "ignore_check_constraints=OFF"):
        execute(f"PRAGMA {setting}").close()


@pytest.fixture
def chain(store: Store) -> list[Message]:
    """prompt → reply → prompt → reply"""
    messages = [started(store, "one")]
    for text in ("two", "three", "four"):
        messages += store.messages.add([answer(messages[-1], text, generation=Generation(seed=1))])
    return messages


@pytest.mark.parametrize(
    "change",
    [
        "role = 'system'",
        "state = 'thinking'",
        "generation = '{\"seed\": '",
        "generation = '[1, 2]'",
        "created_at = 'yesterday'",
    ],
)
def test_s12_a_damaged_message_becomes_a_placeholder_and_the_rest_stays(
    store: Store, chain: list[Message], change: str
) -> None:
    damage(store, f"UPDATE message SET {change} WHERE id = ?", chain[1].id)
    tree = store.messages.tree(chain[0].tree_id)
    placeholder = tree[chain[1].id]
    assert placeholder.state is MessageState.FAILED
    assert placeholder.text == "two"
    assert placeholder.role is Role.ASSISTANT
    assert placeholder.generation is not None
    assert placeholder.generation.error.startswith("This message is damaged in the store: ")
    assert [tree[message.id] for message in (chain[0], *chain[2:])] == [chain[0], *chain[2:]]
    assert tree.path(chain[3].id)[1] == placeholder == store.messages.get(chain[1].id)
    (fault,) = store.messages.faults(chain[0].tree_id)
    assert fault.message_id == chain[1].id


def test_s12_a_message_without_its_parent_is_shown_below_the_first_prompt(
    store: Store, chain: list[Message]
) -> None:
    damage(store, "DELETE FROM message WHERE id = ?", chain[1].id)
    tree = store.messages.tree(chain[0].tree_id)
    assert [message.text for message in tree.walk()] == ["one", "three", "four"]
    assert tree[chain[2].id].parent_id == chain[0].id
    assert [fault.message_id for fault in store.messages.faults(tree.id)] == [chain[2].id]


def test_s12_a_missing_first_prompt_is_stood_in_for(store: Store, chain: list[Message]) -> None:
    damage(store, "DELETE FROM message WHERE id = ?", chain[0].id)
    tree = store.messages.tree(chain[0].tree_id)
    assert [message.text for message in tree.walk()] == ["", "two", "three", "four"]
    assert tree.root.state is MessageState.FAILED
    assert store.conversations.list()[0].tree_id == tree.id


def test_s12_messages_that_answer_each_other_are_cut_loose(store: Store, chain: list[Message]) -> None:
    damage(store, "UPDATE message SET parent_id = ? WHERE id = ?", chain[3].id, chain[1].id)
    tree = store.messages.tree(chain[0].tree_id)
    assert len(tree) == 4
    assert tree.path(chain[3].id)[0] == chain[0]
    assert len(store.messages.faults(tree.id)) == 1


def test_s12_two_kinds_of_damage_are_both_told(store: Store, chain: list[Message]) -> None:
    damage(store, "UPDATE message SET role = 'x' WHERE id = ?", chain[3].id)
    damage(store, "UPDATE message SET parent_id = 'gone' WHERE id = ?", chain[2].id)
    faults = store.messages.faults(chain[0].tree_id)
    assert {fault.message_id for fault in faults} == {chain[2].id, chain[3].id}


def test_s12_a_damaged_event_is_left_out(store: Store, chain: list[Message]) -> None:
    kept = Reaction(chain[1].id, "local", chain[1].created_at, Emoji.CLAP)
    store.feedback.add_reaction(Reaction(chain[0].id, "local", chain[0].created_at, Emoji.SKULL))
    store.feedback.add_reaction(kept)
    damage(store, "UPDATE reaction SET emoji = 'melting' WHERE seq = 1")
    assert store.feedback.of_tree(chain[0].tree_id) == TreeFeedback(reactions=(kept,))
    store.imports.save(chain[0].id, ImportedFields(rank=1))
    store.imports.save(chain[1].id, ImportedFields(rank=2))
    damage(store, "UPDATE imported SET fields = '{' WHERE message_id = ?", chain[0].id)
    assert store.imports.of_tree(chain[0].tree_id) == {chain[1].id: ImportedFields(rank=2)}


def test_s12_a_conversation_with_an_unreadable_time_stays_in_the_list(
    store: Store, chain: list[Message]
) -> None:
    other = started(store, title="other")
    damage(store, "UPDATE conversation SET updated_at = '?' WHERE tree_id = ?", chain[0].tree_id)
    assert {line.tree_id for line in store.conversations.list()} == {chain[0].tree_id, other.tree_id}
