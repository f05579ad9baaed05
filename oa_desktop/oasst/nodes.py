"""The oasst format as values: trees, nodes and what a file says about a message. No I/O.

A tree keeps its nodes flat, parents before replies: the nesting of `replies` exists only in files, so that a
conversation ten thousand turns deep is compared, hashed and walked without recursion.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
RoleName = Literal["prompter", "assistant"]


@dataclass(frozen=True, slots=True)
class LabelAverage:
    """The mean of one label over `count` labellers; the mean itself may be unknown."""

    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Detoxify:
    """Machine scores from 0 to 1, in the order files have them."""

    toxicity: float
    severe_toxicity: float
    obscene: float
    identity_attack: float
    insult: float
    threat: float
    sexual_explicit: float


DETOXIFY_KEYS = tuple(f.name for f in fields(Detoxify))


@dataclass(frozen=True, slots=True)
class OasstNode:
    """One message, with every field of the format but `replies`; None = the file says null or nothing.

    rank: 0 = best among its siblings; None = never ranked, which is not last place.
    events: raw values by kind, kept whole; their shapes differ between the programs that write them.
    message_tree_id, tree_state: filled in flat message files, null inside trees.
    """

    message_id: str
    text: str
    role: RoleName
    parent_id: str | None = None
    user_id: str | None = None
    created_date: datetime | None = None
    lang: str | None = None
    review_count: int | None = None
    review_result: bool | None = None
    deleted: bool | None = None
    rank: int | None = None
    synthetic: bool | None = None
    model_name: str | None = None
    emojis: Mapping[str, int] | None = None
    labels: Mapping[str, LabelAverage] | None = None
    events: Mapping[str, list[JsonValue]] | None = None
    detoxify: Detoxify | None = None
    message_tree_id: str | None = None
    tree_state: str | None = None

    @property
    def content(self) -> tuple[str | None, str, str]:
        """What makes two messages of one id the same message: parent, role, text."""
        return (self.parent_id, self.role, self.text)


@dataclass(frozen=True, slots=True)
class OasstTree:
    """One conversation.

    nodes: parents before replies, siblings in the order of the file; the first is the prompt, with no parent.
    """

    message_tree_id: str
    nodes: tuple[OasstNode, ...]
    tree_state: str | None = None
    origin: str | None = None

    @property
    def prompt(self) -> OasstNode:
        """The root message."""
        return self.nodes[0]

    def replies(self) -> dict[str | None, list[OasstNode]]:
        """The nodes by parent id, best rank first and unranked ones last; the prompt is under None."""
        children: dict[str | None, list[OasstNode]] = {}
        for node in self.nodes:
            children.setdefault(node.parent_id, []).append(node)
        for siblings in children.values():
            siblings.sort(key=lambda node: (node.rank is None, node.rank or 0))
        return children


NODE_KEYS = (
    "message_id",
    "parent_id",
    "user_id",
    "created_date",
    "text",
    "role",
    "lang",
    "review_count",
    "review_result",
    "deleted",
    "rank",
    "synthetic",
    "model_name",
    "emojis",
    "replies",
    "labels",
    "events",
    "detoxify",
    "message_tree_id",
    "tree_state",
)
"""Every key of a node in the order of the published files."""

TREE_KEYS = ("message_tree_id", "tree_state", "prompt", "origin")
