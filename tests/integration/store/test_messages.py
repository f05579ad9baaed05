"""Messages are appended, streamed, finished, marked as deleted and brought back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oa_desktop.conversation.message import Generation, MessageState
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.store import Store

from .trees import answer, root_prompt, started, streaming


def test_every_field_of_a_message_comes_back_as_it_was(store: Store) -> None:
    root = started(store)
    generation = Generation(
        seed=7, preset="k50", sampling={"top_k": 50, "top_p": None}, system_prompt="é", finish_reason="stop"
    )
    reply = answer(
        root,
        "Ein Tier 🦙",
        created_at=datetime(2023, 2, 6, 13, 50, 44, 657083, tzinfo=UTC),
        lang="de",
        synthetic=True,
        model_name="tour",
        user_id="u",
        review_count=3,
        review_result=False,
        generation=generation,
    )
    (added,) = store.messages.add([reply])
    assert replace(reply, seq=added.seq) == added == store.messages.get(reply.id)


def test_siblings_keep_the_order_they_were_added_in_whatever_the_clock_said(store: Store) -> None:
    root = started(store)
    clock = [datetime(year, 1, 1, tzinfo=UTC) for year in (2030, 1970, 2120)]
    replies = [answer(root, str(i), created_at=when) for i, when in enumerate(clock)]
    store.messages.add(replies)
    assert [reply.text for reply in store.messages.tree(root.tree_id).children(root.id)] == ["0", "1", "2"]


def test_streaming_texts_are_stored_as_they_grow_and_end_once(store: Store) -> None:
    root = started(store)
    first, second = store.messages.add([streaming(root), streaming(root)])
    store.messages.update_streaming({first.id: "On", second.id: "Tw"})
    assert store.messages.get(second.id).text == "Tw"
    done = replace(
        first, text="One", state=MessageState.COMPLETE, generation=Generation(finish_reason="stop")
    )
    store.messages.finish([done])
    store.messages.update_streaming({first.id: "too late", second.id: "Two"})
    assert store.messages.get(first.id) == done
    with pytest.raises(ValueError, match="ended as complete"):
        store.messages.finish([done])


def test_ending_several_replies_is_all_or_nothing(store: Store) -> None:
    root = started(store)
    reply = store.messages.add([streaming(root)])[0]
    done = replace(reply, text="x", state=MessageState.COMPLETE)
    with pytest.raises(NotInStore):
        store.messages.finish([done, replace(done, id=root_prompt().id)])
    assert store.messages.get(reply.id).state is MessageState.STREAMING


def test_what_was_streaming_is_marked_as_interrupted(store: Store) -> None:
    root = started(store)
    (reply,) = store.messages.add([streaming(root)])
    store.messages.update_streaming({reply.id: "half an ans"})
    assert store.messages.interrupt_streaming() == 1
    assert store.messages.get(reply.id).state is MessageState.INTERRUPTED
    assert store.messages.get(reply.id).text == "half an ans"


def test_deleting_takes_what_is_below_and_restoring_brings_it_back(store: Store) -> None:
    root = started(store)
    (kept, gone) = store.messages.add([answer(root, "kept"), answer(root, "gone")])
    (below,) = store.messages.add([answer(gone)])
    assert store.messages.delete(gone.id) == 2
    tree = store.messages.tree(root.tree_id)
    assert tree.children(root.id) == (kept,)
    assert tree[below.id].deleted
    assert store.messages.restore(gone.id) == 2
    assert store.messages.tree(root.tree_id).children(root.id) == (kept, gone)


def test_restoring_leaves_out_what_was_deleted_before_on_its_own(store: Store) -> None:
    root = started(store)
    (reply,) = store.messages.add([answer(root)])
    (early, other) = store.messages.add([answer(reply), answer(reply)])
    store.messages.delete(early.id)
    store.messages.delete(reply.id)
    store.messages.restore(reply.id)
    assert store.messages.tree(root.tree_id).children(reply.id) == (other,)


def test_restoring_below_a_deleted_message_shows_the_way_to_it(store: Store) -> None:
    root = started(store)
    (reply,) = store.messages.add([answer(root)])
    (early, other) = store.messages.add([answer(reply), answer(reply)])
    store.messages.delete(early.id)
    store.messages.delete(reply.id)
    assert store.messages.restore(early.id) == 2
    tree = store.messages.tree(root.tree_id)
    assert [m.deleted for m in (tree[reply.id], tree[early.id], tree[other.id])] == [False, False, True]


def test_a_message_of_another_tree_cannot_be_answered(store: Store) -> None:
    one, other = started(store), started(store)
    stray = replace(answer(one), tree_id=other.tree_id)
    with pytest.raises(sqlite3.IntegrityError):
        store.messages.add([stray])


def test_the_schema_refuses_an_unknown_role_a_nul_and_a_message_that_answers_itself(store: Store) -> None:
    root = started(store)
    execute = store.messages.db.conn.execute
    for change in ("role = 'system'", "text = 'a' || char(0)", "parent_id = id", "state = 'done'"):
        with pytest.raises(sqlite3.IntegrityError):
            execute(f"UPDATE message SET {change} WHERE id = ?", [root.id])


def test_s19_what_utf8_and_sqlite_cannot_hold_becomes_a_replacement_character(store: Store) -> None:
    root = started(store, "a\ud800b\x00c\u202e👨‍👩‍👧￾")
    assert root.text == "a\ufffdb\ufffdc\u202e👨‍👩‍👧￾"
    (reply,) = store.messages.add([streaming(root)])
    store.messages.update_streaming({reply.id: "x\udfff"})
    assert store.messages.get(reply.id).text == "x\ufffd"
    error = Generation(error="bad \ud800 byte")
    store.messages.finish([replace(reply, text="\x00", state=MessageState.FAILED, generation=error)])
    ended = store.messages.get(reply.id)
    assert ended.text == "\ufffd"
    assert ended.generation == Generation(error="bad \ufffd byte")


def test_ids_that_are_taken_are_told(store: Store) -> None:
    root, fresh = started(store), root_prompt()
    assert store.messages.existing([root.id, fresh.id]) == {root.id}


def test_an_unknown_message_is_said_in_one_sentence(store: Store) -> None:
    with pytest.raises(NotInStore) as raised:
        store.messages.get(root_prompt().id)
    assert raised.value.title.startswith("There is no message ")
