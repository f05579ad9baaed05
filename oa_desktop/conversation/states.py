"""The state of a tree in the collection, derived from its messages and from what people said of them."""

from collections.abc import Container
from enum import StrEnum

from oa_desktop.conversation.message import MessageId, MessageState, Role
from oa_desktop.conversation.tree import MessageTree


class TreeState(StrEnum):
    """States as the oasst format writes them."""

    INITIAL_PROMPT_REVIEW = "initial_prompt_review"
    GROWING = "growing"
    RANKING = "ranking"
    READY_FOR_SCORING = "ready_for_scoring"
    READY_FOR_EXPORT = "ready_for_export"
    SCORING_FAILED = "scoring_failed"
    ABORTED_LOW_GRADE = "aborted_low_grade"
    HALTED_BY_MODERATOR = "halted_by_moderator"
    BACKLOG_RANKING = "backlog_ranking"
    PROMPT_LOTTERY_WAITING = "prompt_lottery_waiting"


def rankable_parents(tree: MessageTree) -> tuple[MessageId, ...]:
    """Prompts with at least two finished replies that nobody rejected or deleted, in tree order."""
    return tuple(message.id for message in tree.walk() if len(rankable_replies(tree, message.id)) >= 2)


def rankable_replies(tree: MessageTree, parent_id: MessageId) -> tuple[MessageId, ...]:
    """The replies to this prompt that can be ranked, oldest first."""
    return tuple(
        reply.id
        for reply in tree.children(parent_id)
        if reply.role is Role.ASSISTANT
        and reply.text
        and reply.state is not MessageState.STREAMING
        and reply.review_result is not False
    )


def derive_state(tree: MessageTree, ranked_parents: Container[MessageId]) -> TreeState:
    """Growing until a prompt has two replies, ranking until every such prompt is ranked, then ready.

    ranked_parents: ids of the prompts whose replies somebody has ranked (or found none acceptable).
    """
    parents = rankable_parents(tree)
    if not parents:
        return TreeState.GROWING
    if all(parent in ranked_parents for parent in parents):
        return TreeState.READY_FOR_EXPORT
    return TreeState.RANKING
