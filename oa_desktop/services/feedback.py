"""Label, rank and react: checked against the tree, then appended as events."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from oa_desktop.conversation.feedback import LOCAL_ANNOTATOR, Emoji, LabelSet, Ranking, Reaction
from oa_desktop.conversation.labels import Label, checked_values
from oa_desktop.conversation.message import Message, MessageId, TreeId
from oa_desktop.errors import UsageError
from oa_desktop.store.worker import StoreWorker


class FeedbackService:
    """What this machine's person says of messages. Raises UsageError for what the tree does not allow."""

    def __init__(self, worker: StoreWorker, annotator: str = LOCAL_ANNOTATOR) -> None:
        self._worker = worker
        self._annotator = annotator

    async def label(self, message: Message, values: Mapping[Label, float]) -> None:
        """Store one label set: the values the person has touched, all of them each time."""
        try:
            checked = checked_values(dict(values), message.role)
        except ValueError as error:
            raise UsageError("label-out-of-range", f"That label cannot be stored: {error}.") from error
        event = LabelSet(message.id, self._annotator, datetime.now(UTC), checked)
        await self._worker.run(lambda store: store.feedback.add_label_set(event))

    async def rank(
        self,
        tree_id: TreeId,
        parent_id: MessageId,
        groups: Sequence[Sequence[MessageId]],
        *,
        not_rankable: bool = False,
    ) -> None:
        """Store one order of the replies to `parent_id`, best first; replies in one group tie."""
        tree = await self._worker.run(lambda store: store.messages.tree(tree_id))
        ranked = [message_id for group in groups for message_id in group]
        replies = {reply.id for reply in tree.children(parent_id)}
        if len(set(ranked)) != len(ranked) or not set(ranked) <= replies:
            raise UsageError("ranking-mismatch", "A ranking must name each reply to one prompt at most once.")
        if len(ranked) < 2:
            raise UsageError("ranking-too-short", "There must be at least two replies to rank.")
        event = Ranking(
            parent_id,
            self._annotator,
            datetime.now(UTC),
            tuple(tuple(group) for group in groups if group),
            not_rankable,
        )
        await self._worker.run(lambda store: store.feedback.add_ranking(event))

    async def react(self, message_id: MessageId, emoji: Emoji, *, present: bool = True) -> None:
        """Put an emoji on a message, or take it away."""
        event = Reaction(message_id, self._annotator, datetime.now(UTC), emoji, present)
        await self._worker.run(lambda store: store.feedback.add_reaction(event))
