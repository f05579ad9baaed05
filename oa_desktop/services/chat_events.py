"""What happens while replies are generated, as values: what a window or a terminal shows.

Every call of `ChatService.generate` yields one `GenerationStarted`, then deltas, then one terminal event per
reply, then one `GenerationEnded`.
"""

from dataclasses import dataclass

from oa_desktop.conversation.message import Message, MessageId
from oa_desktop.errors import OaError


@dataclass(frozen=True, slots=True)
class GenerationStarted:
    """The replies exist in the store, empty and streaming, oldest first."""

    replies: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ReplyDelta:
    """More text of one reply."""

    message_id: MessageId
    text: str


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """One reply is final and stored; `message.state` says how it ended."""

    message: Message


@dataclass(frozen=True, slots=True)
class GenerationEnded:
    """Nothing more follows.

    error: set when the engine refused or stopped, or the store refused; the partial texts are kept.
    replies: every reply in its final form, in the order of their seeds, with what reading the prompt cost.
    """

    error: OaError | None = None
    replies: tuple[Message, ...] = ()


ChatEvent = GenerationStarted | ReplyDelta | ReplyEnded | GenerationEnded
