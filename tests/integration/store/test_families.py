"""Versions of one first prompt: trees of their own that a list shows as one line."""

from oa_desktop.conversation.message import Message
from oa_desktop.store.store import Store

from .trees import answer, root_prompt, started


def version_of(store: Store, first: Message, text: str) -> Message:
    root = root_prompt(text)
    store.conversations.create(root, title=text, sister_of=first.tree_id)
    return store.messages.get(root.id)


def titles(store: Store, query: str = "", *, deleted: bool = False) -> list[str]:
    return [summary.title for summary in store.conversations.list(query=query, deleted=deleted)]


def test_a_family_is_one_line_the_version_that_grew_last(store: Store) -> None:
    first = started(store, "first", title="first")
    second = version_of(store, first, "second")
    assert titles(store) == ["second"]
    assert store.conversations.count() == 1
    store.messages.add([answer(first)])
    assert titles(store) == ["first"]
    assert store.conversations.family(second.tree_id) == (first.tree_id, second.tree_id)


def test_a_version_of_a_version_is_of_the_same_family(store: Store) -> None:
    first = started(store, "first")
    third = version_of(store, version_of(store, first, "second"), "third")
    assert len(store.conversations.family(third.tree_id)) == 3


def test_a_search_finds_the_version_that_holds_the_words(store: Store) -> None:
    first = started(store, "about llamas", title="llamas")
    version_of(store, first, "about alpacas")
    assert titles(store, "llamas") == ["llamas"]
    assert titles(store, "alpacas") == ["about alpacas"]


def test_pinning_and_deleting_a_line_means_its_whole_family(store: Store) -> None:
    first = started(store, "first", title="first")
    second = version_of(store, first, "second")
    store.conversations.pin(second.tree_id, True)
    assert store.conversations.get(first.tree_id).pinned
    store.conversations.delete(second.tree_id)
    assert titles(store) == []
    assert titles(store, deleted=True) == ["second"]
    store.conversations.restore(second.tree_id)
    assert store.conversations.family(first.tree_id) == (first.tree_id, second.tree_id)


def test_a_title_a_person_chose_goes_over_to_the_new_version(store: Store) -> None:
    first = started(store, "first", title="first")
    store.conversations.rename(first.tree_id, "My llamas")
    assert store.conversations.get(version_of(store, first, "second").tree_id).title == "My llamas"
