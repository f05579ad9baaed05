"""Conversations are listed, named, pinned, put away and brought back."""

import pytest

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.imported import ImportedFields
from oa_desktop.conversation.message import TreeId
from oa_desktop.conversation.states import TreeState
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.store import Store

from .trees import answer, root_prompt, started, streaming


def listed(store: Store, **options: object) -> list[str]:
    return [summary.title for summary in store.conversations.list(**options)]  # type: ignore[arg-type]


def test_a_new_conversation_shows_its_first_prompt(store: Store) -> None:
    root = root_prompt(lang="en")
    created = store.conversations.create(root, title="Llamas", system_prompt="Be brief.")
    assert created == store.conversations.get(root.tree_id)
    assert (created.active_leaf, created.lang, created.system_prompt) == (root.id, "en", "Be brief.")
    assert created.family == root.tree_id


def test_what_grew_last_comes_first_and_pinned_ones_before(store: Store) -> None:
    old, middle, new = (started(store, title=title) for title in ("old", "middle", "new"))
    assert listed(store) == ["new", "middle", "old"]
    store.messages.add([answer(old)])
    assert listed(store) == ["old", "new", "middle"]
    store.conversations.pin(middle.tree_id, True)
    assert listed(store) == ["middle", "old", "new"]
    store.conversations.rename(new.tree_id, "renamed")
    assert listed(store, limit=1, offset=2) == ["renamed"]


def test_a_line_counts_messages_and_branches_without_deleted_ones(store: Store) -> None:
    root = started(store)
    first, second, third = store.messages.add([answer(root), answer(root), streaming(root)])
    store.messages.add([answer(first, "and?")])
    store.messages.delete(second.id)
    (summary,) = store.conversations.list()
    assert (summary.message_count, summary.branch_count) == (4, 2)
    assert summary.branch_count == store.messages.tree(root.tree_id).branch_count()
    assert (summary.ranked, summary.tree_state) == (False, TreeState.GROWING)
    assert third.text == ""


def test_archived_and_deleted_ones_have_lists_of_their_own(store: Store) -> None:
    for title in ("kept", "archived", "deleted"):
        started(store, title=title)
    by_title = {summary.title: summary.tree_id for summary in store.conversations.list()}
    store.conversations.archive(by_title["archived"], True)
    store.conversations.delete(by_title["deleted"])
    assert listed(store) == ["kept"]
    assert listed(store, archived=True) == ["archived"]
    assert listed(store, deleted=True) == ["deleted"]
    assert store.conversations.count() == 2
    store.conversations.restore(by_title["deleted"])
    assert listed(store) == ["deleted", "kept"]


def test_a_proposed_title_never_replaces_a_chosen_one(store: Store) -> None:
    tree_id = started(store).tree_id
    store.conversations.rename(tree_id, "proposed", manual=False)
    store.conversations.rename(tree_id, "chosen")
    store.conversations.rename(tree_id, "proposed again", manual=False)
    conversation = store.conversations.get(tree_id)
    assert (conversation.title, conversation.title_is_manual) == ("chosen", True)


def test_what_a_person_sets_is_kept(store: Store) -> None:
    root = started(store)
    (reply,) = store.messages.add([answer(root)])
    store.conversations.set_active_leaf(root.tree_id, reply.id)
    store.conversations.set_system_prompt(root.tree_id, "Answer in verse.\x00")
    store.conversations.set_preset(root.tree_id, "k50")
    store.conversations.set_draft(root.tree_id, "And in \ud800 prose?")
    store.conversations.set_lang(root.tree_id, "de")
    kept = store.conversations.get(root.tree_id)
    assert (kept.active_leaf, kept.preset, kept.lang) == (reply.id, "k50", "de")
    assert (kept.system_prompt, kept.draft) == ("Answer in verse.\ufffd", "And in \ufffd prose?")


def test_the_active_leaf_is_a_message_of_the_conversation(store: Store) -> None:
    one, other = started(store), started(store)
    with pytest.raises(NotInStore):
        store.conversations.set_active_leaf(one.tree_id, other.id)


def test_an_unknown_conversation_is_said_in_one_sentence(store: Store) -> None:
    with pytest.raises(NotInStore, match="There is no conversation nowhere in the store"):
        store.conversations.rename(TreeId("nowhere"), "x")


def test_purging_leaves_nothing_of_a_conversation(store: Store) -> None:
    root, other = started(store, "purge me"), started(store, "keep me")
    parent = root
    for _ in range(50):
        (parent,) = store.messages.add([answer(parent, "purge me too")])
    store.imports.save(root.id, ImportedFields(rank=0))
    store.conversations.purge(root.tree_id)
    assert [summary.tree_id for summary in store.conversations.list()] == [other.tree_id]
    assert store.search("purge") == []
    for table in ("message", "imported"):
        rows = store.messages.db.conn.execute(
            f"SELECT count(*) FROM {table} WHERE tree_id = ?", [root.tree_id]
        )
        assert rows.fetchone() == (0,)
    with pytest.raises(NotInStore):
        store.messages.tree(root.tree_id)


def test_a_whole_tree_is_stored_or_nothing_of_it(store: Store) -> None:
    root = root_prompt()
    reply = answer(root)
    conversation = Conversation(root.tree_id, "imported", active_leaf=reply.id, imported_state="growing")
    with pytest.raises(sqlite3.IntegrityError):
        store.add_tree(conversation, [root, answer(reply), reply])
    assert store.conversations.count() == 0
    store.add_tree(conversation, [root, reply], {reply.id: ImportedFields(rank=1)})
    assert store.conversations.get(root.tree_id).imported_state == "growing"
    assert store.imports.of_tree(root.tree_id) == {reply.id: ImportedFields(rank=1)}


def test_a_failed_step_of_a_transaction_is_undone_alone(store: Store) -> None:
    def fail_after_starting() -> None:
        with store.transaction():
            started(store, title="undone")
            raise ZeroDivisionError

    with store.transaction():
        started(store, title="kept")
        with pytest.raises(ZeroDivisionError):
            fail_after_starting()
    assert listed(store) == ["kept"]
    with pytest.raises(ZeroDivisionError):
        fail_after_starting()
    assert listed(store) == ["kept"]
