"""What counts of many label sets and reactions: the newest of each annotator."""

from datetime import UTC, datetime

from oa_desktop.conversation.feedback import (
    Emoji,
    LabelSet,
    MeanLabel,
    Ranking,
    Reaction,
    TreeFeedback,
    present_reactions,
)
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import MessageId

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = MessageId("a"), MessageId("b")


def labels(annotator: str, **values: float) -> LabelSet:
    return LabelSet(A, annotator, NOW, {Label(name): value for name, value in values.items()})


def test_only_the_newest_label_set_of_each_annotator_counts() -> None:
    feedback = TreeFeedback((labels("me", spam=1.0), labels("you", spam=0.0), labels("me", quality=0.5)))
    assert feedback.labels_by("me") == {A: labels("me", quality=0.5)}
    assert feedback.mean_labels() == {A: {Label.SPAM: MeanLabel(0.0, 1), Label.QUALITY: MeanLabel(0.5, 1)}}


def test_means_are_over_those_who_gave_the_label() -> None:
    feedback = TreeFeedback((labels("me", quality=1.0, humor=0.25), labels("you", quality=0.5)))
    assert feedback.mean_labels()[A] == {Label.QUALITY: MeanLabel(0.75, 2), Label.HUMOR: MeanLabel(0.25, 1)}


def test_a_reaction_that_was_taken_away_is_gone_for_that_annotator_only() -> None:
    given = [
        Reaction(A, "me", NOW, Emoji.CLAP),
        Reaction(A, "you", NOW, Emoji.CLAP),
        Reaction(A, "me", NOW, Emoji.CLAP, present=False),
        Reaction(B, "me", NOW, Emoji.SKULL),
        Reaction(B, "me", NOW, Emoji.SKULL, present=False),
    ]
    assert present_reactions(given) == {A: {Emoji.CLAP: frozenset({"you"})}}


def test_rankings_are_found_by_the_prompt_they_belong_to() -> None:
    one, other = Ranking(A, "me", NOW, ((B,),)), Ranking(B, "me", NOW, (), not_rankable=True)
    feedback = TreeFeedback(rankings=(one, other))
    assert feedback.rankings_of(A) == (one,)
    assert feedback.ranked_parents() == {A, B}
