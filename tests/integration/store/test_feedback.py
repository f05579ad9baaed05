"""Label sets, rankings and reactions are kept as events, in order, with annotator and time."""

from datetime import UTC, datetime

import pytest

from oa_desktop.conversation.consensus import consensus_ranks
from oa_desktop.conversation.feedback import Emoji, LabelSet, Ranking, Reaction, TreeFeedback
from oa_desktop.conversation.imported import ImportedFields, ImportedLabel
from oa_desktop.conversation.labels import Label
from oa_desktop.store.driver import sqlite3
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.store import Store

from .trees import answer, root_prompt, started

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_every_event_comes_back_in_the_order_it_was_given(store: Store) -> None:
    root = started(store)
    one, two = store.messages.add([answer(root), answer(root)])
    label_sets = (
        LabelSet(one.id, "local", NOW, {Label.SPAM: 0.0, Label.QUALITY: 0.75}),
        LabelSet(one.id, "local", NOW, {Label.SPAM: 1.0}),
        LabelSet(root.id, "other", NOW, {}),
    )
    rankings = (
        Ranking(root.id, "local", NOW, ((two.id,), (one.id,))),
        Ranking(root.id, "other", NOW, ((one.id, two.id),), not_rankable=True),
    )
    reactions = (
        Reaction(one.id, "local", NOW, Emoji.CLAP),
        Reaction(one.id, "local", NOW, Emoji.CLAP, present=False),
    )
    for label_set in label_sets:
        store.feedback.add_label_set(label_set)
    for ranking in rankings:
        store.feedback.add_ranking(ranking)
    for reaction in reactions:
        store.feedback.add_reaction(reaction)
    found = store.feedback.of_tree(root.tree_id)
    assert found == TreeFeedback(label_sets, rankings, reactions)
    assert consensus_ranks(found.rankings_of(root.id)) == {two.id: 0, one.id: 1}
    assert store.feedback.ranked_parents(root.tree_id) == found.ranked_parents() == {root.id}
    assert store.feedback.of_tree(started(store).tree_id) == TreeFeedback()


def test_feedback_on_a_message_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(NotInStore):
        store.feedback.add_reaction(Reaction(root_prompt().id, "local", NOW, Emoji.CLAP))


def test_a_label_outside_zero_to_one_is_never_stored(store: Store) -> None:
    root = started(store)
    with pytest.raises(sqlite3.IntegrityError):
        store.feedback.add_label_set(LabelSet(root.id, "local", NOW, {Label.SPAM: 0.0, Label.QUALITY: 1.5}))
    assert store.feedback.of_tree(root.tree_id) == TreeFeedback()


def test_what_a_file_said_comes_back_as_it_was(store: Store) -> None:
    root = started(store)
    said = ImportedFields(
        rank=2,
        labels={"spam": ImportedLabel(0.0, 3), "moral_judgement": ImportedLabel(None, 1)},
        emojis={"+1": 4, "_skip_reply": 2},
        events={"ranking": [{"type": "ranking", "ranking": [1, 0]}]},
        detoxify={"toxicity": 0.0004},
        review_count=3,
        review_result=False,
        message_tree_id=root.tree_id,
        tree_state="ready_for_export",
        extra={"new_field": [1, {"a": None}]},
    )
    store.imports.save(root.id, ImportedFields(rank=9))
    store.imports.save(root.id, said)
    assert store.imports.of_tree(root.tree_id) == {root.id: said}
    assert store.feedback.of_tree(root.tree_id) == TreeFeedback()


def test_an_empty_word_of_a_file_differs_from_none(store: Store) -> None:
    root = started(store)
    store.imports.save(root.id, ImportedFields(labels={}, emojis={}, events=None))
    assert store.imports.of_tree(root.tree_id)[root.id] == ImportedFields(labels={}, emojis={}, events=None)
    with pytest.raises(NotInStore):
        store.imports.save(root_prompt().id, ImportedFields())
