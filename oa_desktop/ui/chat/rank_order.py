"""The order of replies while a person ranks them: moves, ties, and the places shown. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oa_desktop.conversation.message import MessageId


@dataclass(frozen=True, slots=True)
class RankOrder:
    """Replies best first. `tied` holds those that share the place of the reply before them."""

    order: tuple[MessageId, ...]
    tied: frozenset[MessageId] = frozenset()

    @classmethod
    def from_groups(cls, groups: Iterable[Sequence[MessageId]]) -> "RankOrder":
        """An order from tie groups, best first."""
        kept = [tuple(group) for group in groups if group]
        return cls(
            tuple(message_id for group in kept for message_id in group),
            frozenset(message_id for group in kept for message_id in group[1:]),
        )

    @property
    def groups(self) -> tuple[tuple[MessageId, ...], ...]:
        """Tie groups, best first."""
        groups: list[list[MessageId]] = []
        for message_id in self.order:
            if groups and message_id in self.tied:
                groups[-1].append(message_id)
            else:
                groups.append([message_id])
        return tuple(map(tuple, groups))

    @property
    def ranks(self) -> dict[MessageId, int]:
        """The place of each reply, 1 = best; ties share a place and the next place follows it."""
        return {message_id: rank for rank, group in enumerate(self.groups, start=1) for message_id in group}

    def moved(self, message_id: MessageId, position: int) -> "RankOrder":
        """The reply at another position, counted from 0; beyond the ends means at the end.

        A reply dropped between two that tie joins their tie; one that leaves a tie leaves the others tied.
        """
        if message_id not in self.order:
            return self
        groups = [[other for other in group if other != message_id] for group in self.groups]
        rest = RankOrder.from_groups(groups)
        place = max(0, min(position, len(rest.order)))
        order = (*rest.order[:place], message_id, *rest.order[place:])
        splits_tie = place < len(rest.order) and rest.order[place] in rest.tied
        return RankOrder(order, rest.tied | {message_id} if splits_tie else rest.tied)

    def stepped(self, message_id: MessageId, step: int) -> "RankOrder":
        """The reply `step` positions further down (negative: up)."""
        return (
            self
            if message_id not in self.order
            else self.moved(message_id, self.order.index(message_id) + step)
        )

    def tie_toggled(self, message_id: MessageId) -> "RankOrder":
        """The reply tied with the one before it, or set apart again; the first has none before it."""
        if message_id not in self.order[1:]:
            return self
        return RankOrder(self.order, self.tied ^ {message_id})

    def restricted(self, message_ids: Sequence[MessageId]) -> "RankOrder":
        """The same order of just these replies, those it does not hold appended in the order given."""
        wanted = set(message_ids)
        kept = RankOrder.from_groups([[m for m in group if m in wanted] for group in self.groups])
        return RankOrder((*kept.order, *(m for m in message_ids if m not in kept.order)), kept.tied)
