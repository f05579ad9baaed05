"""The turns of a conversation as the engine sees them: a role and a text, nothing else."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who speaks, in the words of the OpenAI protocol. Open-Assistant calls the user "prompter"."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns a reply is asked for, oldest first, never empty.

    continue_last: the last turn is the assistant's and unfinished; the reply goes on where it stops.
    """

    messages: tuple[ChatMessage, ...]
    continue_last: bool = False
