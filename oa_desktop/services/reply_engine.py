"""What a chat needs of an engine, local or remote: a stream of several replies to one list of turns."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from oa_desktop.client.events import ChatStreamEvent


class ReplyEngine(Protocol):
    """Implemented by `oa_desktop.client`'s API client."""

    @property
    def model_name(self) -> str:
        """The name of the loaded model, as it is written on the replies."""
        ...

    async def can_continue(self) -> bool:
        """Whether it goes on with a reply that is there, rather than begin another. Raises: EngineError."""
        ...

    def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        n: int,
        seed: int,
        max_tokens: int,
        sampling: Mapping[str, float | int | None],
        continue_last: bool,
        truncation: bool,
    ) -> AsyncIterator[ChatStreamEvent]:
        """Stream `n` replies; reply i samples with `seed + i`. Closing the iterator stops the work.

        messages: `{"role": "system" | "user" | "assistant", "content": text}`, oldest first.
        continue_last: the last of them is a reply to go on with.
        truncation: the oldest turns may be left out; TurnsDropped tells how many messages were.
        Raises: EngineError children, before or while streaming.
        """
        ...
