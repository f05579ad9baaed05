"""A scheduler that is driven by hand over the fake backend: what is asked of it, and what it says."""

from collections.abc import Sequence

from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.requests import Event, GenerationRequest, ReplyEnd, TextDelta
from oa_desktop.engine.scheduler import Scheduler

WORDS = FakeBackend().vocabulary.tokenize(
    " the a tree reply branch open assistant model answers every question"
)


def words(count: int, first: int = 0) -> tuple[int, ...]:
    """A prompt of so many tokens; another `first`, another prompt from its first token on."""
    return tuple(WORDS[(first + i) % len(WORDS)] for i in range(count))


def request(name: str, prompt: Sequence[int] = words(10), **fields: object) -> GenerationRequest:
    return GenerationRequest(name, tuple(prompt), **{"max_tokens": 8, "ignore_eos": True, **fields})


def run(scheduler: Scheduler, *requests: GenerationRequest, steps: int = 500) -> list[Event]:
    for one in requests:
        scheduler.submit(one)
    events: list[Event] = []
    for _ in range(steps):
        events += scheduler.step()
        scheduler.tree.check_integrity()
        if not scheduler.has_work:
            return events
    return events


def text(events: Sequence[Event], name: str, index: int = 0) -> str:
    return "".join(
        e.text for e in events if isinstance(e, TextDelta) and (e.request_id, e.index) == (name, index)
    )


def ends(events: Sequence[Event], name: str) -> list[ReplyEnd]:
    return [e for e in events if isinstance(e, ReplyEnd) and e.request_id == name]


def said(backend: FakeBackend, tokens: Sequence[int]) -> str:
    return b"".join(backend.vocabulary.piece(token) for token in tokens).decode(errors="replace")
