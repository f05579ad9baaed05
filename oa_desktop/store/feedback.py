"""Label sets, rankings and reactions: appended as events and read back whole."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from oa_desktop.conversation.feedback import Emoji, LabelSet, Ranking, Reaction, TreeFeedback
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import MessageId, TreeId
from oa_desktop.store.connection import transaction
from oa_desktop.store.errors import NotInStore
from oa_desktop.store.records import stamp, to_json
from oa_desktop.store.text import clean


@dataclass(frozen=True, slots=True)
class Feedback:
    """`store.feedback`. Giving feedback on a message that is not there raises NotInStore."""

    db: Database

    def add_label_set(self, label_set: LabelSet) -> None:
        """Append one annotator's labels of one message."""
        with transaction(self.db):
            event = self.db.conn.execute(
                "INSERT INTO label_set (tree_id, message_id, annotator, created_at) VALUES (?, ?, ?, ?)",
                [self._tree_of(label_set.message_id), label_set.message_id, *_who_when(label_set)],
            ).lastrowid
            self.db.conn.executemany(
                "INSERT INTO label_value (label_set, label, value) VALUES (?, ?, ?)",
                [(event, label.value, float(value)) for label, value in label_set.values.items()],
            )

    def add_ranking(self, ranking: Ranking) -> None:
        """Append one annotator's order of the replies to one prompt."""
        with transaction(self.db):
            self.db.conn.execute(
                "INSERT INTO ranking (tree_id, parent_id, annotator, created_at, not_rankable, groups) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    self._tree_of(ranking.parent_id),
                    ranking.parent_id,
                    *_who_when(ranking),
                    int(ranking.not_rankable),
                    to_json(ranking.groups),
                ],
            )

    def add_reaction(self, reaction: Reaction) -> None:
        """Append that an emoji was put on a message or taken away."""
        with transaction(self.db):
            self.db.conn.execute(
                "INSERT INTO reaction (tree_id, message_id, annotator, created_at, emoji, present) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    self._tree_of(reaction.message_id),
                    reaction.message_id,
                    *_who_when(reaction),
                    reaction.emoji.value,
                    int(reaction.present),
                ],
            )

    def of_tree(self, tree_id: TreeId) -> TreeFeedback:
        """Everything said of one conversation here, oldest first. A damaged event is left out."""
        return TreeFeedback(
            tuple(self._label_sets(tree_id)), tuple(self._rankings(tree_id)), tuple(self._reactions(tree_id))
        )

    def ranked_parents(self, tree_id: TreeId) -> frozenset[MessageId]:
        """The prompts of which somebody ranked the replies."""
        rows = self.db.conn.execute("SELECT DISTINCT parent_id FROM ranking WHERE tree_id = ?", [tree_id])
        return frozenset(MessageId(parent_id) for (parent_id,) in rows)

    def _label_sets(self, tree_id: TreeId) -> list[LabelSet]:
        values: dict[int, dict[Label, float]] = defaultdict(dict)
        for event, label, value in self.db.conn.execute(
            "SELECT v.label_set, v.label, v.value FROM label_set s JOIN label_value v ON v.label_set = s.seq "
            "WHERE s.tree_id = ?",
            [tree_id],
        ):
            if label in _LABELS:
                values[event][_LABELS[label]] = value
        rows = self.db.conn.execute(
            "SELECT seq, message_id, annotator, created_at FROM label_set WHERE tree_id = ? ORDER BY seq",
            [tree_id],
        )
        return [
            LabelSet(row[1], row[2], when, values[row[0]])
            for row in rows
            if (when := _time(row[3])) is not None
        ]

    def _rankings(self, tree_id: TreeId) -> list[Ranking]:
        rows = self.db.conn.execute(
            "SELECT parent_id, annotator, created_at, groups, not_rankable FROM ranking "
            "WHERE tree_id = ? ORDER BY seq",
            [tree_id],
        )
        return [
            Ranking(row[0], row[1], when, groups, bool(row[4]))
            for row in rows
            if (when := _time(row[2])) is not None and (groups := _groups(row[3])) is not None
        ]

    def _reactions(self, tree_id: TreeId) -> list[Reaction]:
        rows = self.db.conn.execute(
            "SELECT message_id, annotator, created_at, emoji, present FROM reaction "
            "WHERE tree_id = ? ORDER BY seq",
            [tree_id],
        )
        return [
            Reaction(row[0], row[1], when, _EMOJIS[row[3]], bool(row[4]))
            for row in rows
            if (when := _time(row[2])) is not None and row[3] in _EMOJIS
        ]

    def _tree_of(self, message_id: MessageId) -> TreeId:
        row = self.db.conn.execute("SELECT tree_id FROM message WHERE id = ?", [message_id]).fetchone()
        if row is None:
            raise NotInStore("message", message_id)
        return TreeId(row[0])


_LABELS = {label.value: label for label in Label}
_EMOJIS = {emoji.value: emoji for emoji in Emoji}


def _who_when(event: LabelSet | Ranking | Reaction) -> tuple[str, str]:
    return clean(event.annotator).text, stamp(event.created_at)


def _time(stored: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stored)
    except ValueError:
        return None


def _groups(stored: str) -> tuple[tuple[MessageId, ...], ...] | None:
    try:
        groups: Any = json.loads(stored)
        return tuple(tuple(MessageId(i) for i in group) for group in groups)
    except (ValueError, TypeError):
        return None
