"""A message: one node of a conversation tree."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType
from uuid import uuid4

MessageId = NewType("MessageId", str)
TreeId = NewType("TreeId", str)
"""A tree is named by its root message: `TreeId(root.id)`."""


def new_message_id() -> MessageId:
    """A random UUID in its 36-character form."""
    return MessageId(str(uuid4()))


class Role(StrEnum):
    """Who speaks. The two roles of the oasst format."""

    PROMPTER = "prompter"
    ASSISTANT = "assistant"

    @property
    def other(self) -> "Role":
        """The role that answers this one."""
        return Role.ASSISTANT if self is Role.PROMPTER else Role.PROMPTER


class MessageState(StrEnum):
    """How complete the text of a message is."""

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    """The person stopped the reply; the partial text is kept."""
    INTERRUPTED = "interrupted"
    """The engine or the app ended while the reply was streaming; the partial text is kept."""
    FAILED = "failed"
    """The engine refused; `Generation.error` says why."""


@dataclass(frozen=True, slots=True)
class Generation:
    """How a reply was made: enough to repeat it and to show its cost.

    Seconds are durations; `seed` is this reply's own seed (request seed + its index).
    dropped_messages: how many of the oldest messages above it did not fit and were not read.
    continues: the reply whose text this one begins with and goes on from; what it counts is only the rest.
    """

    seed: int | None = None
    preset: str | None = None
    sampling: dict[str, float | int | None] = field(default_factory=dict)
    system_prompt: str = ""
    prompt_tokens: int = 0
    reused_tokens: int = 0
    completion_tokens: int = 0
    first_token_s: float | None = None
    duration_s: float | None = None
    finish_reason: str | None = None
    dropped_messages: int = 0
    error: str = ""
    continues: MessageId | None = None

    @property
    def tokens_per_s(self) -> float | None:
        """Tokens after the first one over the time they took; None before there are two."""
        if self.duration_s is None or self.first_token_s is None or self.completion_tokens < 2:
            return None
        decode_s = self.duration_s - self.first_token_s
        return (self.completion_tokens - 1) / decode_s if decode_s > 0 else None


@dataclass(frozen=True, slots=True)
class Message:
    """One node. Never changed in place: an edit or a regeneration is a new sibling.

    seq: order of insertion in this store; siblings are ordered by it, never by the clock.
    user_id: who wrote it (an oasst user id), None for this app's own user.
    review_result: True accepted, False rejected, None undecided (imported; local reviews are label sets).
    """

    id: MessageId
    tree_id: TreeId
    parent_id: MessageId | None
    role: Role
    text: str
    seq: int = 0
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    lang: str | None = None
    state: MessageState = MessageState.COMPLETE
    synthetic: bool = False
    model_name: str | None = None
    user_id: str | None = None
    review_count: int | None = None
    review_result: bool | None = None
    deleted: bool = False
    generation: Generation | None = None
