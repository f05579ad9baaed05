"""What a person says of replies: label sets, rankings and reactions, as events with annotator and time.

Events are appended, never edited; the newest event of an annotator about a thing is the one that counts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import MessageId

LOCAL_ANNOTATOR = "local"


@dataclass(frozen=True, slots=True)
class LabelSet:
    """One annotator's labels of one message; values from 0 to 1, only those the annotator touched."""

    message_id: MessageId
    annotator: str
    created_at: datetime
    values: dict[Label, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One annotator's order of the replies to one parent, best first.

    groups: ties share a group; `(("a",), ("b", "c"))` is a before b and c, which tie.
    not_rankable: none of the replies is acceptable; `groups` then holds what was shown, in any order.
    """

    parent_id: MessageId
    annotator: str
    created_at: datetime
    groups: tuple[tuple[MessageId, ...], ...]
    not_rankable: bool = False

    @property
    def ranked_ids(self) -> tuple[MessageId, ...]:
        """Best first, ties in the order shown."""
        return tuple(message_id for group in self.groups for message_id in group)


class Emoji(StrEnum):
    """The reaction codes of the oasst format that a person can give."""

    THUMBS_UP = "+1"
    THUMBS_DOWN = "-1"
    RED_FLAG = "red_flag"
    HUNDRED = "100"
    ROFL = "rofl"
    CLAP = "clap"
    DIAMOND = "diamond"
    HEART_EYES = "heart_eyes"
    DISAPPOINTED = "disappointed"
    POOP = "poop"
    SKULL = "skull"


@dataclass(frozen=True, slots=True)
class Reaction:
    """One annotator put an emoji on a message, or took it away again (`present` False)."""

    message_id: MessageId
    annotator: str
    created_at: datetime
    emoji: Emoji
    present: bool = True


@dataclass(frozen=True, slots=True)
class MeanLabel:
    """Mean of one label over the annotators who gave it."""

    value: float
    count: int


@dataclass(frozen=True, slots=True)
class TreeFeedback:
    """Everything said of one conversation, each kind in order of arrival."""

    label_sets: tuple[LabelSet, ...] = ()
    rankings: tuple[Ranking, ...] = ()
    reactions: tuple[Reaction, ...] = ()

    def labels_by(self, annotator: str) -> dict[MessageId, LabelSet]:
        """The label sets of one annotator that count, by message."""
        counted = newest_label_sets(self.label_sets)
        return {
            message_id: by_whom[annotator] for message_id, by_whom in counted.items() if annotator in by_whom
        }

    def mean_labels(self) -> dict[MessageId, dict[Label, MeanLabel]]:
        """Means of the label sets that count, by message."""
        return {
            message_id: mean_labels(by_whom.values())
            for message_id, by_whom in newest_label_sets(self.label_sets).items()
        }

    def rankings_of(self, parent_id: MessageId) -> tuple[Ranking, ...]:
        """Rankings of the replies to one prompt; `consensus_ranks` merges them."""
        return tuple(ranking for ranking in self.rankings if ranking.parent_id == parent_id)

    def ranked_parents(self) -> frozenset[MessageId]:
        """The prompts of which somebody ranked the replies, or found none acceptable."""
        return frozenset(ranking.parent_id for ranking in self.rankings)


def newest_label_sets(label_sets: Iterable[LabelSet]) -> dict[MessageId, dict[str, LabelSet]]:
    """The last label set of each annotator, by message and annotator; they are given in order of arrival."""
    newest: dict[MessageId, dict[str, LabelSet]] = defaultdict(dict)
    for label_set in label_sets:
        newest[label_set.message_id][label_set.annotator] = label_set
    return dict(newest)


def mean_labels(label_sets: Iterable[LabelSet]) -> dict[Label, MeanLabel]:
    """Mean and count of each label, in the order labels are asked; one that nobody gave is left out."""
    given: dict[Label, list[float]] = defaultdict(list)
    for label_set in label_sets:
        for label, value in label_set.values.items():
            given[label].append(value)
    return {
        label: MeanLabel(sum(given[label]) / len(given[label]), len(given[label]))
        for label in Label
        if label in given
    }


def present_reactions(reactions: Iterable[Reaction]) -> dict[MessageId, dict[Emoji, frozenset[str]]]:
    """Who has which emoji on which message now; reactions are given in order of arrival."""
    latest = {(r.message_id, r.emoji, r.annotator): r.present for r in reactions}
    present: dict[MessageId, dict[Emoji, frozenset[str]]] = defaultdict(dict)
    for (message_id, emoji, annotator), is_present in latest.items():
        if is_present:
            present[message_id][emoji] = present[message_id].get(emoji, frozenset()) | {annotator}
    return dict(present)
