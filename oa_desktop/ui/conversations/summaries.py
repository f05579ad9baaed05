"""The short lines that describe conversations, replies and trees. Pure; the words are the window's own."""

from oa_desktop.conversation.conversation import ConversationSummary
from oa_desktop.conversation.message import Message, MessageState
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


def reply_status(message: Message) -> str:
    """One reply's small print: its speed when it ended by itself, else how it ended."""
    match message.state:
        case MessageState.STREAMING:
            return "writing"
        case MessageState.STOPPED:
            return "stopped"
        case MessageState.INTERRUPTED:
            return "interrupted"
        case MessageState.FAILED:
            return "failed"
    speed = message.generation.tokens_per_s if message.generation else None
    if speed is None:
        return ""
    return f"{speed:.0f} tok/s" if speed >= 10 else f"{speed:.1f} tok/s"


def reply_details(message: Message) -> str:
    """What can be said of how a reply was made, for a tooltip."""
    generation = message.generation
    parts = [message.model_name or ""]
    if generation:
        parts.append(generation.preset or "")
        if generation.completion_tokens:
            parts.append(counted(generation.completion_tokens, "token"))
        if generation.first_token_s is not None:
            parts.append(f"first token after {generation.first_token_s:.1f} s")
        if generation.reused_tokens:
            parts.append(f"{generation.reused_tokens:,} of {generation.prompt_tokens:,} prompt tokens reused")
        if generation.finish_reason == "length":
            parts.append("cut at the length limit")
    return " · ".join(part for part in parts if part)
