"""The lines of the list of conversations, derived from what the store says. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from oa_desktop.conversation.conversation import ConversationSummary
from oa_desktop.conversation.message import TreeId
from oa_desktop.store.search import SearchHit
from oa_desktop.ui.conversations.summaries import UNTITLED, conversation_subtitle

SHOWN_TITLE_CHARACTERS = 200
SHOWN_BEFORE_FIND = 12
"""Of a line this narrow; more would push the find itself out of it."""


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One line. section: heading it stands under. message_id: of a search hit, the message found."""

    key: str
    tree_id: str
    title: str
    subtitle: str
    section: str
    pinned: bool
    current: bool
    generating: bool
    message_id: str = ""


def conversation_rows(
    summaries: Sequence[ConversationSummary], current: TreeId | None, generating: Collection[TreeId]
) -> tuple[ConversationRow, ...]:
    """One row per conversation, in the order given: pinned ones first."""
    any_pinned = any(summary.conversation.pinned for summary in summaries)
    return tuple(
        ConversationRow(
            key=summary.tree_id,
            tree_id=summary.tree_id,
            title=one_line(summary.title) or UNTITLED,
            subtitle=conversation_subtitle(summary),
            section=_section(summary, any_pinned),
            pinned=summary.conversation.pinned,
            current=summary.tree_id == current,
            generating=summary.tree_id in generating,
        )
        for summary in summaries
    )


def hit_rows(hits: Sequence[SearchHit]) -> tuple[ConversationRow, ...]:
    """One row per message found, with the words around the find."""
    return tuple(
        ConversationRow(
            key=f"hit {hit.message_id}",
            tree_id=hit.tree_id,
            title=one_line(hit.title) or UNTITLED,
            subtitle=_from_the_find(hit),
            section="Messages",
            pinned=False,
            current=False,
            generating=False,
            message_id=hit.message_id,
        )
        for hit in hits
    )


def one_line(text: str) -> str:
    """The text in one line, no longer than a title can be shown."""
    return " ".join(text[: 2 * SHOWN_TITLE_CHARACTERS].split())[:SHOWN_TITLE_CHARACTERS]


def _from_the_find(hit: SearchHit) -> str:
    """The words found with a little before them, which starts with a whole word where it can."""
    if hit.start <= SHOWN_BEFORE_FIND:
        return hit.snippet
    before = hit.snippet[hit.start - SHOWN_BEFORE_FIND : hit.start]
    return f"…{before.partition(' ')[2] or before}{hit.snippet[hit.start :]}"


def _section(summary: ConversationSummary, any_pinned: bool) -> str:
    if summary.conversation.pinned:
        return "Pinned"
    return "Conversations" if any_pinned else ""
