"""From a conversation of this store to a tree of the oasst format: what files said and what people said here.

Pure. Means are weighted by how many gave them, counts are summed, and a rank given here wins over an imported
one. Nothing leaves but what the format has fields for: no title, no settings, no seed.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from oa_desktop.conversation.consensus import consensus_ranks
from oa_desktop.conversation.conversation import Conversation
from oa_desktop.conversation.feedback import (
    Emoji,
    LabelSet,
    Ranking,
    TreeFeedback,
    mean_labels,
    newest_label_sets,
    present_reactions,
)
from oa_desktop.conversation.imported import ImportedFields
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Message, MessageId, MessageState
from oa_desktop.conversation.states import derive_state
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.oasst import Detoxify, JsonValue, LabelAverage, OasstNode, OasstTree

ACCEPTED_ABOVE = 0.6
"""Open-Assistant's threshold for 1 - (mean spam + mean wrong language)."""


@dataclass(frozen=True, slots=True)
class StoredTree:
    """All that is kept of one conversation. damaged: messages that could not be read whole."""

    conversation: Conversation
    tree: MessageTree
    feedback: TreeFeedback = field(default_factory=TreeFeedback)
    imported: dict[MessageId, ImportedFields] = field(default_factory=dict)
    damaged: frozenset[MessageId] = frozenset()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What else may leave, beyond the text and what was said of it.

    annotator_id: written as the author of this app's own prompts, labels and rankings; None writes null.
    """

    deleted: bool = False
    dates: bool = True
    annotator_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """tree: None when nothing of it can leave. left_out: messages by reason."""

    tree: OasstTree | None
    left_out: Counter[str]


def outgoing_tree(stored: StoredTree, disclosure: Disclosure) -> Outgoing:
    """Depth first; a message that stays takes all that hangs on it with it."""
    kept, left_out = _kept(stored, disclosure)
    if not kept:
        return Outgoing(None, left_out)
    merging = _Merging(stored, disclosure, {message.id for message in kept})
    root = stored.tree.root.id
    nodes = tuple(merging.node(message) for message in kept)
    return Outgoing(OasstTree(root, nodes, _state(stored), stored.conversation.origin), left_out)


def _kept(stored: StoredTree, disclosure: Disclosure) -> tuple[list[Message], Counter[str]]:
    kept: list[Message] = []
    reasons: dict[MessageId, str] = {}
    for message in stored.tree.walk():
        reason = _reason_to_stay(message, stored, disclosure)
        if message.parent_id is not None:
            reason = reasons.get(message.parent_id) or reason
        if reason:
            reasons[message.id] = reason
        else:
            kept.append(message)
    return kept, Counter(reasons.values())


def _reason_to_stay(message: Message, stored: StoredTree, disclosure: Disclosure) -> str:
    """A word for the report; empty when the message may leave."""
    if message.deleted and not disclosure.deleted:
        return "deleted"
    if message.id in stored.damaged:
        return "damaged"
    if message.state is MessageState.STREAMING:
        return "unfinished"
    if not message.text and message.id not in stored.imported:
        return "empty"
    return ""


def _state(stored: StoredTree) -> str | None:
    """What the file said while nobody changed anything it rests on; else what follows from the tree."""
    tree, imported = stored.tree, stored.imported
    if not stored.feedback.rankings and all(message_id in imported for message_id in tree.messages):
        return stored.conversation.imported_state
    ranked = set(stored.feedback.ranked_parents())
    for message_id, fields in imported.items():
        parent_id = tree[message_id].parent_id if message_id in tree else None
        if fields.rank is not None and parent_id is not None:
            ranked.add(parent_id)
    return derive_state(tree, ranked).value


class _Merging:
    """Node by node, over what was said of the tree as a whole."""

    def __init__(self, stored: StoredTree, disclosure: Disclosure, kept: set[MessageId]) -> None:
        self._tree_id = stored.tree.root.id
        self._imported = stored.imported
        self._disclosure = disclosure
        self._label_sets = newest_label_sets(stored.feedback.label_sets)
        self._emojis = present_reactions(stored.feedback.reactions)
        self._ranks: dict[MessageId, int] = {}
        self._ranked_here: set[MessageId] = set()
        self._events: dict[MessageId, list[JsonValue]] = {}
        for parent_id, rankings in _by_parent(stored.feedback.rankings).items():
            ranks = consensus_ranks(rankings)
            if ranks:
                self._ranks |= ranks
                self._ranked_here.add(parent_id)
            shown = [reply.id for reply in stored.tree.children(parent_id, deleted=True) if reply.id in kept]
            events = [self._ranking_event(ranking, shown) for ranking in rankings]
            self._events[parent_id] = [event for event in events if event is not None]

    def node(self, message: Message) -> OasstNode:
        said = self._imported.get(message.id)
        fields = said or ImportedFields()
        label_sets = self._label_sets.get(message.id, {}).values()
        labels = _merged_labels(fields, list(label_sets))
        ranked_here = message.parent_id in self._ranked_here
        shows_date = self._disclosure.dates or said is not None
        return OasstNode(
            message_id=message.id,
            text=message.text,
            role=message.role.value,
            parent_id=message.parent_id,
            user_id=self._author(message, said),
            created_date=message.created_at if shows_date and "created_date" not in fields.extra else None,
            lang=message.lang,
            review_count=_review_count(message, said, len(label_sets)),
            review_result=_accepted(labels) if label_sets else message.review_result,
            deleted=message.deleted or (None if "deleted" in fields.extra else False),
            rank=self._ranks.get(message.id) if ranked_here else fields.rank,
            synthetic=message.synthetic or (None if "synthetic" in fields.extra else False),
            model_name=message.model_name if said is not None else without_folders(message.model_name),
            emojis=_merged_emojis(fields, self._emojis.get(message.id, {})),
            labels=labels,
            events=self._merged_events(message.id, fields),
            detoxify=None if fields.detoxify is None else Detoxify(**fields.detoxify),
            message_tree_id=fields.message_tree_id if message.parent_id is not None else None,
            tree_state=fields.tree_state,
        )

    def _author(self, message: Message, said: ImportedFields | None) -> str | None:
        if message.user_id is not None or said is not None or message.synthetic:
            return message.user_id
        return self._disclosure.annotator_id

    def _merged_events(
        self, message_id: MessageId, fields: ImportedFields
    ) -> dict[str, list[JsonValue]] | None:
        here = self._events.get(message_id)
        events: dict[str, list[JsonValue]] = {
            kind: list(said) for kind, said in (fields.events or {}).items()
        }
        if here:
            events["ranking"] = events.get("ranking", []) + here
        return events if here or fields.events is not None else None

    def _ranking_event(self, ranking: Ranking, shown: list[MessageId]) -> JsonValue:
        """None when fewer than two of the replies it ranks leave."""
        place = {message_id: index for index, message_id in enumerate(shown)}
        ranked = [message_id for message_id in ranking.ranked_ids if message_id in place]
        presented = sorted(place[message_id] for message_id in ranked)
        if len(ranked) < 2:
            return None
        return {
            "type": "ranking",
            "user_id": self._disclosure.annotator_id,
            "ranking": [presented.index(place[message_id]) for message_id in ranked],
            "ranked_message_ids": list(ranked),
            "ranking_parent_id": ranking.parent_id,
            "message_tree_id": self._tree_id,
            "not_rankable": ranking.not_rankable,
        }


def _by_parent(rankings: tuple[Ranking, ...]) -> dict[MessageId, list[Ranking]]:
    """The newest ranking of each annotator, by the prompt whose replies it ranks."""
    newest = {(ranking.parent_id, ranking.annotator): ranking for ranking in rankings}
    by_parent: dict[MessageId, list[Ranking]] = defaultdict(list)
    for ranking in newest.values():
        by_parent[ranking.parent_id].append(ranking)
    return by_parent


def _review_count(message: Message, said: ImportedFields | None, here: int) -> int | None:
    """A label set given here is a review; nobody else can have reviewed what never left."""
    if said is None or here:
        return (message.review_count or 0) + here
    return message.review_count


def _accepted(labels: dict[str, LabelAverage] | None) -> bool:
    def mean(label: Label) -> float:
        average = (labels or {}).get(label.value)
        return 0.0 if average is None or average.value is None else average.value

    return 1 - (mean(Label.SPAM) + mean(Label.LANG_MISMATCH)) > ACCEPTED_ABOVE


def _merged_labels(fields: ImportedFields, label_sets: list[LabelSet]) -> dict[str, LabelAverage] | None:
    if fields.labels is None and not label_sets:
        return None
    merged = {name: LabelAverage(said.value, said.count) for name, said in (fields.labels or {}).items()}
    for label, here in mean_labels(label_sets).items():
        said = merged.get(label.value, LabelAverage(None, 0))
        count = said.count + here.count
        if said.value is None or said.count <= 0:
            merged[label.value] = LabelAverage(here.value, count)
        else:
            total = said.value * said.count + here.value * here.count
            merged[label.value] = LabelAverage(total / count, count)
    return merged


def _merged_emojis(fields: ImportedFields, here: dict[Emoji, frozenset[str]]) -> dict[str, int] | None:
    if fields.emojis is None and not here:
        return None
    merged = Counter(fields.emojis or {})
    merged.update({emoji.value: len(annotators) for emoji, annotators in here.items()})
    return dict(merged)


_FOLDERS = re.compile(r"^(?:[A-Za-z]:[\\/]|[\\/~]|\.\.?[\\/]|file:)(?:.*[\\/])?")


def without_folders(model_name: str | None) -> str | None:
    """A model that was named by its path keeps the file's name only: paths tell who the person is."""
    return None if model_name is None else _FOLDERS.sub("", model_name)
