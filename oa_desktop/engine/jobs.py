"""A request while it runs: its prompt, its replies, and the text each reply has become."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from oa_desktop.engine.backend import Sampler
from oa_desktop.engine.detokenize import Detokenizer
from oa_desktop.engine.requests import FinishReason, GenerationRequest
from oa_desktop.engine.stops import StopFinder


class ReplyText:
    """Pieces of tokens to the text a person sees: whole characters, cut before the first stop string."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._characters = Detokenizer()
        self._stops = StopFinder(stop)

    @property
    def stopped(self) -> bool:
        """A stop string is complete."""
        return self._stops.stopped

    def feed(self, piece: bytes) -> str:
        """The text that is certain now."""
        return self._stops.feed(self._characters.feed(piece))

    def flush(self) -> str:
        """What was kept back, when nothing more comes."""
        return self._stops.feed(self._characters.flush()) + self._stops.flush()


@dataclass(slots=True, eq=False)
class Reply:
    """One of the replies to a prompt. `next_token` is sampled and waits to be decoded."""

    index: int
    sequence: int
    sampler: Sampler
    text: ReplyText
    next_token: int = -1
    completion_tokens: int = 0
    unreported_tokens: int = 0
    reason: FinishReason | None = None


@dataclass(slots=True, eq=False)
class Job:
    """A request that holds sequences. Until `replies` exist it reads its prompt into `sequence`.

    reply_tokens: the most tokens one reply may have.
    cells_left: cells all replies together may still take; what one leaves, the others may use.
    passed_over: how many steps in a row had no room for a token of its prompt.
    """

    request: GenerationRequest
    sequence: int
    reused_tokens: int
    reply_tokens: int
    cells_left: int
    passed_over: int = 0
    replies: list[Reply] = field(default_factory=list)

    @property
    def running(self) -> list[Reply]:
        """Replies that have not ended."""
        return [reply for reply in self.replies if reply.reason is None]

    @property
    def cancelled(self) -> bool:
        """It ends before its time: a reply was cut off, or there is none yet."""
        return not self.replies or any(reply.reason is FinishReason.CANCELLED for reply in self.replies)

    @property
    def promised_sequences(self) -> int:
        """Sequences the replies hold or will take."""
        return len(self.running) if self.replies else self.request.n

    @property
    def promised_cells(self) -> int:
        """Cells the replies may still take."""
        if not self.replies:
            return self.cells_left
        return min(self.cells_left, sum(self.reply_tokens - r.completion_tokens for r in self.running))

    @property
    def completion_tokens(self) -> int:
        """Tokens of all replies."""
        return sum(reply.completion_tokens for reply in self.replies)
