"""Ranking, labelling and reacting: shown at once, then stored; taken back when the store refuses."""

from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject

from oa_desktop.conversation.feedback import (
    LOCAL_ANNOTATOR,
    Emoji,
    LabelSet,
    Ranking,
    Reaction,
    TreeFeedback,
    present_reactions,
)
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import MessageId
from oa_desktop.conversation.states import rankable_replies
from oa_desktop.errors import OaError
from oa_desktop.services.feedback import FeedbackService
from oa_desktop.ui.bridge import Bridge
from oa_desktop.ui.chat.rank_order import RankOrder
from oa_desktop.ui.chat.ranking_view import card_order, own_ranking
from oa_desktop.ui.chat.session import ChatSession


class Judging(QObject):
    """What the person says of the replies of the open conversation."""

    def __init__(
        self, bridge: Bridge, session: ChatSession, feedback: FeedbackService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._session = session
        self._feedback = feedback

    def can_rank(self, parent_id: MessageId) -> bool:
        """Whether there are two finished replies to put in order and none is still being written."""
        current = self._session.current
        if current is None:
            return False
        rankable = rankable_replies(current.tree, parent_id)
        return len(rankable) >= 2 and not current.is_streaming(parent_id)

    def order(self, parent_id: MessageId) -> RankOrder:
        """The replies that can be ranked, in the order they have now."""
        current = self._session.current
        if current is None:
            return RankOrder(())
        return card_order(current.feedback, parent_id, rankable_replies(current.tree, parent_id))

    def rank(self, parent_id: MessageId, order: RankOrder) -> None:
        """Store an order of the replies to a prompt and go on from the best, if nothing follows yet."""
        self._store_ranking(parent_id, order.groups, not_rankable=False)
        current = self._session.current
        if current is not None and current.tree[current.leaf].parent_id == parent_id:
            self._session.continue_from(order.order[0])

    def set_none_acceptable(self, parent_id: MessageId, none_acceptable: bool) -> None:
        """Store that no reply will do, or the order again that was there before."""
        self._store_ranking(parent_id, self.order(parent_id).groups, not_rankable=none_acceptable)

    def is_none_acceptable(self, parent_id: MessageId) -> bool:
        """Whether the person found no reply to this prompt acceptable."""
        current = self._session.current
        ranking = own_ranking(current.feedback, parent_id) if current else None
        return ranking is not None and ranking.not_rankable

    def labels(self, message_id: MessageId) -> dict[Label, float]:
        """The labels the person gave a message."""
        current = self._session.current
        given = current.feedback.labels_by(LOCAL_ANNOTATOR).get(message_id) if current else None
        return dict(given.values) if given else {}

    def label(self, message_id: MessageId, label: Label, value: float | None) -> None:
        """Set one label, or take it back with None."""
        current = self._session.current
        if current is None or message_id not in current.tree:
            return
        values = self.labels(message_id)
        if value is None:
            values.pop(label, None)
        else:
            values[label] = value
        event = LabelSet(message_id, LOCAL_ANNOTATOR, datetime.now(UTC), values)
        self._show(replace(current.feedback, label_sets=(*current.feedback.label_sets, event)))
        self._store(self._feedback.label(current.tree[message_id], values))

    def reactions(self, message_id: MessageId) -> frozenset[Emoji]:
        """The emojis the person put on a message."""
        current = self._session.current
        if current is None:
            return frozenset()
        present = present_reactions(current.feedback.reactions).get(message_id, {})
        return frozenset(emoji for emoji, annotators in present.items() if LOCAL_ANNOTATOR in annotators)

    def react(self, message_id: MessageId, emoji: Emoji) -> None:
        """Put an emoji on a message, or take it away when it is there."""
        current = self._session.current
        if current is None:
            return
        present = emoji not in self.reactions(message_id)
        event = Reaction(message_id, LOCAL_ANNOTATOR, datetime.now(UTC), emoji, present)
        self._show(replace(current.feedback, reactions=(*current.feedback.reactions, event)))
        self._store(self._feedback.react(message_id, emoji, present=present))

    def _store_ranking(
        self, parent_id: MessageId, groups: tuple[tuple[MessageId, ...], ...], *, not_rankable: bool
    ) -> None:
        current = self._session.current
        if current is None or not self.can_rank(parent_id):
            return
        event = Ranking(parent_id, LOCAL_ANNOTATOR, datetime.now(UTC), groups, not_rankable)
        self._show(replace(current.feedback, rankings=(*current.feedback.rankings, event)))
        self._store(self._feedback.rank(current.tree_id, parent_id, groups, not_rankable=not_rankable))

    def _show(self, feedback: TreeFeedback) -> None:
        if self._session.current is not None:
            self._session.replace(replace(self._session.current, feedback=feedback))

    def _store(self, work: Coroutine[Any, Any, None]) -> None:
        self._bridge.run(work, self._stored, self._refused)

    def _stored(self, _: None) -> None:
        self._session.listing_changed.emit()

    def _refused(self, error: OaError) -> None:
        self._session.failed.emit(error)
        self._session.reload()
