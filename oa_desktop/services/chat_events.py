"""What happens while replies are generated, as values: what a window or a terminal shows.

Every call of `ChatService.generate` yields one `GenerationStarted`, then deltas, then one terminal event per
reply, then one `GenerationEnded`.
"""

from dataclasses import dataclass

from oa_desktop.conversation.message import Message, MessageId
from oa_desktop.errors import OaError


@dataclass(frozen=True, slots=True)
class GenerationStarted:
    """The replies exist in the store and stream, oldest first: empty, or with the text they continue."""

    replies: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ReplyDelta:
    """More text of one reply.

    tokens: about how many it has so far. first_token_s, elapsed_s: since it was asked for.
    """

    message_id: MessageId
    text: str
    tokens: int = 0
    first_token_s: float = 0.0
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RepliesNoted:
    """More is known of how the replies are made, before they end: what was left out of their prompt."""

    replies: tuple[Message, ...]


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


ChatEvent = GenerationStarted | RepliesNoted | ReplyDelta | ReplyEnded | GenerationEnded
