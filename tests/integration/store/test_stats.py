"""Counts over the store, and tree states that agree with the rule they are derived by."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from oa_desktop.conversation.feedback import Emoji, LabelSet, Ranking, Reaction
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Message, MessageState, Role
from oa_desktop.conversation.states import TreeState, derive_state
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.migrations import MIGRATIONS
from oa_desktop.store.stats import Stats
from oa_desktop.store.store import Store
from oa_desktop.store.tree_states import state_counts, tree_states

from .trees import answer, root_prompt, started

NOW = datetime(2026, 11, 22, tzinfo=UTC)

replies = st.fixed_dictionaries(
    {
        "parent": st.integers(0, 11),
        "role": st.sampled_from(Role),
        "text": st.sampled_from(["", "text"]),
        "state": st.sampled_from(MessageState),
        "review_result": st.sampled_from([None, True, False]),
        "deleted": st.booleans(),
        "ranked": st.booleans(),
    }
)


def empty_store() -> Store:
    database = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
    MIGRATIONS.apply(database)
    return Store(database)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(replies, max_size=12), st.booleans())
def test_states_in_sql_are_the_derived_ones(shape: list[dict], root_ranked: bool) -> None:
    store = empty_store()
    messages: list[Message] = [root_prompt()]
    store.conversations.create(messages[0])
    for values in shape:
        parent = messages[values["parent"] % len(messages)]
        fields = {name: value for name, value in values.items() if name not in ("parent", "ranked")}
        messages.append(answer(parent, fields.pop("text"), **fields))
    store.messages.add(messages[1:])
    for message, is_ranked in zip(messages, [root_ranked, *(v["ranked"] for v in shape)], strict=True):
        if is_ranked:
            store.feedback.add_ranking(Ranking(message.id, "local", NOW, ()))
    tree_id = messages[0].tree_id
    ranked = store.feedback.of_tree(tree_id).ranked_parents()
    expected = derive_state(store.messages.tree(tree_id), ranked)
    assert tree_states(store.messages.db, [tree_id]) == {tree_id: expected}
    assert state_counts(store.messages.db) == {expected: 1}
    assert store.conversations.list()[0].tree_state is expected


def test_counts_leave_out_what_is_deleted(store: Store) -> None:
    root = started(store, lang="en")
    one, two, gone = store.messages.add([answer(root, lang="en"), answer(root, lang="de"), answer(root)])
    store.messages.delete(gone.id)
    deleted = started(store)
    for message in (root, one, gone, deleted):
        store.feedback.add_label_set(LabelSet(message.id, "local", NOW, {Label.SPAM: 0.0}))
        store.feedback.add_reaction(Reaction(message.id, "local", NOW, Emoji.CLAP))
    store.feedback.add_reaction(Reaction(one.id, "local", NOW, Emoji.CLAP, present=False))
    store.feedback.add_ranking(Ranking(root.id, "local", NOW, ((one.id,), (two.id,))))
    store.conversations.delete(deleted.tree_id)
    assert store.stats() == Stats(
        trees=1,
        messages=3,
        branches=2,
        labels=2,
        rankings=1,
        reactions=1,
        langs={"en": 2, "de": 1},
        states={TreeState.READY_FOR_EXPORT: 1},
    )


def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert store.stats() == Stats(0, 0, 0, 0, 0, 0, {}, {})
