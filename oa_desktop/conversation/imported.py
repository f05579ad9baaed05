"""What a file said of a message that nobody observed here: kept beside our own events, never among them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportedLabel:
    """Mean value of one label and how many gave it."""

    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class ImportedFields:
    """Fields of one oasst message that the tree itself does not hold. `None`: the file had none.

    rank: 0 is best.
    events: as in the file, by kind.
    extra: keys this version does not know, as JSON values.
    """

    rank: int | None = None
    labels: dict[str, ImportedLabel] | None = None
    emojis: dict[str, int] | None = None
    events: dict[str, list[dict[str, Any]]] | None = None
    detoxify: dict[str, float] | None = None
    review_count: int | None = None
    review_result: bool | None = None
    message_tree_id: str | None = None
    tree_state: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
