"""Search finds every branch in every script, and its index can be thrown away."""

from dataclasses import replace

import pytest

from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.message import MessageState
from oa_desktop.store.driver import library_is_safe, sqlite3
from oa_desktop.store.errors import StoreDamaged
from oa_desktop.store.files import StoreFiles
from oa_desktop.store.recovery import salvage
from oa_desktop.store.search import index_is_sound, rebuild_index
from oa_desktop.store.session import Session
from oa_desktop.store.store import Store

from .trees import answer, root_prompt, started, streaming


def found(store: Store, text: str) -> list[str]:
    return [hit.message_id for hit in store.search(text)]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("床前明月光 李白 静夜思", "李白"),
        ("床前明月光 李白 静夜思", "白"),
        ("床前明月光", "明月光"),
        ("Що таке лама?", "ЛАМА"),
        ("ลามะคืออะไร", "ลามะ"),
        ("🦙🦙 zwei Lamas", "🦙"),
        ("Straße 100% _x_", "0%"),
        ("a_b", "a_"),
        ('say "hello" AND NOT me', '"hello"'),
        ("say hello AND NOT me", "AND NOT"),
        ("col:umn* (x)", "col:umn*"),
        ("back\\slash", "\\s"),
    ],
)
def test_text_of_every_script_and_sign_is_found(store: Store, text: str, query: str) -> None:
    root = started(store, text)
    assert found(store, query) == [root.id]
    assert [summary.tree_id for summary in store.conversations.list(query=query)] == [root.tree_id]


@pytest.mark.parametrize("query", ["", "  ", "\x00", "李黑", "zz", "zzz", "%", "__", "llama zz"])
def test_what_is_not_there_is_not_found(store: Store, query: str) -> None:
    started(store, "What is a llama?")
    assert store.search(query) == []


def test_every_branch_is_searched_and_the_newest_comes_first(store: Store) -> None:
    root = started(store)
    old, new = store.messages.add([answer(root, "It eats grass."), answer(root, "Grass, it eats.")])
    assert found(store, "eats grass") == [new.id, old.id]


def test_deleted_messages_and_conversations_are_not_found(store: Store) -> None:
    root = started(store, "needle")
    (reply,) = store.messages.add([answer(root, "another needle")])
    store.messages.delete(reply.id)
    assert found(store, "needle") == [root.id]
    store.messages.restore(reply.id)
    assert found(store, "needle") == [reply.id, root.id]
    store.conversations.delete(root.tree_id)
    assert found(store, "needle") == []


def test_a_streaming_reply_is_found_once_it_has_ended(store: Store) -> None:
    root = started(store)
    (reply,) = store.messages.add([streaming(root)])
    store.messages.update_streaming({reply.id: "a needle so far"})
    assert found(store, "needle") == found(store, "so") == []
    store.messages.finish([replace(reply, text="a needle", state=MessageState.STOPPED)])
    assert found(store, "needle") == [reply.id]
    assert index_is_sound(store.messages.db)


def test_the_snippet_shows_where_the_find_is(store: Store) -> None:
    started(store, "x " * 200 + "here is\nthe NEEDLE, you see" + " y" * 200)
    (hit,) = store.search("needle")
    assert hit.snippet[hit.start : hit.end] == "NEEDLE"
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert "\n" not in hit.snippet
    assert len(hit.snippet) < 150


def test_the_list_is_searched_by_title_too(store: Store) -> None:
    started(store, title="Trip to Peru")
    assert [s.title for s in store.conversations.list(query="peru TRIP")] == ["Trip to Peru"]
    assert store.conversations.list(query="Chile") == []


def test_what_is_added_in_bulk_is_found_afterwards(store: Store) -> None:
    with store.bulk():
        first = started(store, "first needle")
        with store.bulk():
            second = started(store, "second needle")
    assert found(store, "needle") == [second.id, first.id]
    third = started(store, "third needle")
    assert found(store, "needle") == [third.id, second.id, first.id]
    assert index_is_sound(store.messages.db)


def test_a_bulk_that_fails_leaves_the_index_as_it_was(store: Store) -> None:
    root = root_prompt("needle")
    with pytest.raises(sqlite3.IntegrityError):
        store.add_tree(Conversation(root.tree_id), [root, root])
    started(store, "other")
    assert found(store, "needle") == []
    assert index_is_sound(store.messages.db)


def test_s22_an_index_out_of_step_is_made_anew_when_the_store_opens(files: StoreFiles) -> None:
    session = Session(files)
    root = started(session.store, "needle")
    session.store.messages.db.conn.execute(
        "INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', ?, ?)", [root.seq, root.text]
    )
    assert session.store.search("needle") == []
    assert not index_is_sound(session.store.messages.db)
    session.store.messages.db.conn.execute("UPDATE meta SET value = '0' WHERE key = 'last_clean_exit'")
    session.store.messages.db.close()
    session._release()
    session = Session(files)
    assert found(session.store, "needle") == [root.id]
    session.close()


def test_rebuilding_finds_the_same(store: Store) -> None:
    root = started(store, "needle")
    (reply,) = store.messages.add([streaming(root)])
    store.messages.update_streaming({reply.id: "needle"})
    rebuild_index(store.messages.db)
    assert found(store, "needle") == [root.id]
    assert index_is_sound(store.messages.db)


def filled_and_closed(files: StoreFiles, *statements: str) -> int:
    """A store with 20 needles, on which these statements ran last. Returns a page of the index's tables."""
    session = Session(files)
    for i in range(20):
        started(session.store, f"needle {i}")
    execute = session.store.messages.db.conn.execute
    (page,) = execute("SELECT rootpage FROM sqlite_master WHERE name = 'message_text_data'").fetchone()
    for statement in statements:
        execute(statement)
    session.close()
    return int(page)


@pytest.mark.skipif(not library_is_safe(), reason="older libraries call an emptied index damaged: salvage")
def test_s22_an_emptied_index_is_made_anew_by_the_weekly_check(files: StoreFiles) -> None:
    long_ago = "UPDATE meta SET value = '1970-01-01T00:00:00+00:00' WHERE key = 'checked_at'"
    filled_and_closed(files, "DELETE FROM message_text_data", long_ago)
    session = Session(files)
    assert len(session.store.search("needle")) == 20
    assert index_is_sound(session.store.messages.db)
    session.close()


def test_s22_an_index_that_cannot_be_read_costs_no_message(files: StoreFiles) -> None:
    page = filled_and_closed(files)
    with files.database.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xa5" * 4096)
    with pytest.raises(StoreDamaged):
        Session(files)
    assert salvage(files).lost == {}
    session = Session(files)
    assert len(session.store.search("needle")) == 20
    session.close()
