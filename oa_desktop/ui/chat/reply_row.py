"""One reply as the window shows it: rank, small print, labels and reactions beside its text. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from oa_desktop.conversation.feedback import (
    LOCAL_ANNOTATOR,
    Emoji,
    LabelSet,
    TreeFeedback,
    present_reactions,
)
from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import Message, MessageId, MessageState
from oa_desktop.conversation.tree import MessageTree
from oa_desktop.ui.chat.rank_order import RankOrder
from oa_desktop.ui.chat.ranking_view import own_ranking, ranks_of_tree
from oa_desktop.ui.chat.reply_measures import CUT, reply_measures

SCALE_STEPS = 5

EMOJI_CHARACTERS = {
    Emoji.THUMBS_UP: "👍",
    Emoji.THUMBS_DOWN: "👎",
    Emoji.RED_FLAG: "🚩",
    Emoji.HUNDRED: "💯",
    Emoji.ROFL: "🤣",
    Emoji.CLAP: "👏",
    Emoji.DIAMOND: "💎",
    Emoji.HEART_EYES: "😍",
    Emoji.DISAPPOINTED: "😞",
    Emoji.POOP: "💩",
    Emoji.SKULL: "💀",
}


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply on a card or in the thread.

    number: place among its siblings by age, from 1. rank: 1 = best, 0 = not ranked.
    helpful, quality: dots from 1 to 5, 0 = not rated.
    label_count: labels the person has given, those two included.
    trouble: what went wrong, as a sentence; empty when nothing did.
    status, status_medium, status_full: its small print for little, some and much room; details: in sentences.
    can_continue: there is text to go on from. unfinished: it did not end by itself.
    """

    key: str
    message_id: str
    number: int
    rank: int
    tied: bool
    status: str
    status_medium: str
    status_full: str
    details: str
    trouble: str
    streaming: bool
    selected: bool
    can_rank: bool
    helpful: int
    quality: int
    label_count: int
    reactions: str
    liked: bool
    disliked: bool
    can_continue: bool
    unfinished: bool


@dataclass(frozen=True, slots=True)
class FeedbackIndex:
    """What was said of one conversation, by message, so that no row searches through all of it."""

    labels: Mapping[MessageId, LabelSet]
    emojis: Mapping[MessageId, Collection[Emoji]]
    ranks: Mapping[MessageId, int]
    tied: Collection[MessageId]

    @classmethod
    def of(cls, tree: MessageTree, feedback: TreeFeedback) -> "FeedbackIndex":
        """The index of everything said of a tree."""
        tied: set[MessageId] = set()
        for parent_id in feedback.ranked_parents():
            ranking = own_ranking(feedback, parent_id)
            if ranking is not None and not ranking.not_rankable:
                tied |= RankOrder.from_groups(ranking.groups).tied
        return cls(
            labels=feedback.labels_by(LOCAL_ANNOTATOR),
            emojis=present_reactions(feedback.reactions),
            ranks=ranks_of_tree(tree, feedback),
            tied=tied,
        )


def reply_row(message: Message, number: int, index: FeedbackIndex, *, selected: bool) -> ReplyRow:
    """The row of one reply."""
    given = index.labels.get(message.id)
    labels: Mapping[Label, float] = given.values if given else {}
    emojis = index.emojis.get(message.id, ())
    measures = reply_measures(message)
    can_continue = message.state is not MessageState.STREAMING and bool(message.text.strip())
    return ReplyRow(
        key=message.id,
        message_id=message.id,
        number=number,
        rank=index.ranks.get(message.id, 0),
        tied=message.id in index.tied,
        status=measures.short,
        status_medium=measures.medium,
        status_full=measures.full,
        details=measures.explained,
        trouble=trouble(message),
        streaming=message.state is MessageState.STREAMING,
        selected=selected,
        can_rank=bool(message.text) and message.review_result is not False,
        helpful=dots(labels.get(Label.HELPFULNESS)),
        quality=dots(labels.get(Label.QUALITY)),
        label_count=len(labels),
        reactions=" ".join(EMOJI_CHARACTERS[emoji] for emoji in Emoji if emoji in emojis),
        liked=Emoji.THUMBS_UP in emojis,
        disliked=Emoji.THUMBS_DOWN in emojis,
        can_continue=can_continue,
        unfinished=can_continue and is_unfinished(message),
    )


def is_unfinished(message: Message) -> bool:
    """Whether a reply that has ended did not end by itself."""
    made = message.generation
    cut = made is not None and made.finish_reason == CUT
    return cut or message.state in (MessageState.STOPPED, MessageState.INTERRUPTED)


def trouble(message: Message) -> str:
    """Why a reply is not whole, in a sentence; empty when it is, or when the person stopped it."""
    error = message.generation.error if message.generation else ""
    match message.state:
        case MessageState.FAILED:
            return error or "The engine gave no reply."
        case MessageState.INTERRUPTED:
            return error or "The app or the engine ended while this was being written."
    return ""


def dots(value: float | None) -> int:
    """A stored label as dots from 1 to 5; 0 when there is none."""
    return 0 if value is None else round(value * (SCALE_STEPS - 1)) + 1


def value_of_dots(count: int) -> float | None:
    """Dots from 1 to 5 as a stored label; none for no dots."""
    return None if count <= 0 else (min(count, SCALE_STEPS) - 1) / (SCALE_STEPS - 1)
