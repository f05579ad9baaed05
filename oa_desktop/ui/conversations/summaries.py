"""The short lines that describe conversations, replies and trees. Pure; the words are the window's own."""

from oa_desktop.conversation.conversation import ConversationSummary
from oa_desktop.conversation.states import TreeState, rankable_parents
from oa_desktop.conversation.tree import MessageTree

UNTITLED = "Untitled conversation"

_STATE_WORDS = {
    TreeState.INITIAL_PROMPT_REVIEW: "in review",
    TreeState.GROWING: "growing",
    TreeState.RANKING: "ranking",
    TreeState.READY_FOR_SCORING: "ready for scoring",
    TreeState.READY_FOR_EXPORT: "ready for export",
    TreeState.SCORING_FAILED: "scoring failed",
    TreeState.ABORTED_LOW_GRADE: "aborted",
    TreeState.HALTED_BY_MODERATOR: "halted",
    TreeState.BACKLOG_RANKING: "ranking later",
    TreeState.PROMPT_LOTTERY_WAITING: "waiting",
}


def counted(number: int, one: str, many: str = "") -> str:
    """`1 branch`, `1,284 branches`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def conversation_subtitle(summary: ConversationSummary) -> str:
    """Language, branches and, when it is worth saying, how far the ranking is."""
    parts = [summary.lang or "", counted(summary.branch_count, "branch", "branches")]
    if summary.tree_state is TreeState.READY_FOR_EXPORT:
        parts.append("ready")
    elif summary.ranked:
        parts.append("ranked")
    return " · ".join(part for part in parts if part)


def state_text(state: TreeState, tree: MessageTree, ranked_parents: frozenset[str]) -> str:
    """The state of a tree and, while there is something to rank, how much of it is ranked."""
    rankable = rankable_parents(tree)
    words = _STATE_WORDS[state]
    if not rankable:
        return words
    done = sum(parent in ranked_parents for parent in rankable)
    return f"{words} · {done} of {len(rankable)} ranked"
