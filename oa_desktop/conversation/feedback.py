"""What a person says of replies: label sets, rankings and reactions, as events with annotator and time.

Events are appended, never edited; the newest event of an annotator about a thing is the one that counts.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from oa_desktop.conversation.labels import Label
from oa_desktop.conversation.message import MessageId

LOCAL_ANNOTATOR = "local"


@dataclass(frozen=True, slots=True)
class LabelSet:
    """One annotator's labels of one message; values from 0 to 1, only those the annotator touched."""

    message_id: MessageId
    annotator: str
    created_at: datetime
    values: dict[Label, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One annotator's order of the replies to one parent, best first.

    groups: ties share a group; `(("a",), ("b", "c"))` is a before b and c, which tie.
    not_rankable: none of the replies is acceptable; `groups` then holds what was shown, in any order.
    """

    parent_id: MessageId
    annotator: str
    created_at: datetime
    groups: tuple[tuple[MessageId, ...], ...]
    not_rankable: bool = False

    @property
    def ranked_ids(self) -> tuple[MessageId, ...]:
        """Best first, ties in the order shown."""
        return tuple(message_id for group in self.groups for message_id in group)


class Emoji(StrEnum):
    """The reaction codes of the oasst format that a person can give."""

    THUMBS_UP = "+1"
    THUMBS_DOWN = "-1"
    RED_FLAG = "red_flag"
    HUNDRED = "100"
    ROFL = "rofl"
    CLAP = "clap"
    DIAMOND = "diamond"
    HEART_EYES = "heart_eyes"
    DISAPPOINTED = "disappointed"
    POOP = "poop"
    SKULL = "skull"


@dataclass(frozen=True, slots=True)
class Reaction:
    """One annotator put an emoji on a message, or took it away again (`present` False)."""

    message_id: MessageId
    annotator: str
    created_at: datetime
    emoji: Emoji
    present: bool = True
