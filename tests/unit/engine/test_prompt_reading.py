"""Who reads how much of their prompts, where a step has room for fewer tokens than there are prompts."""

import pytest

from oa_desktop.engine.fake import FakeBackend
from oa_desktop.engine.pacing import Pace
from oa_desktop.engine.requests import GenerationRequest, RequestEnd
from oa_desktop.engine.scheduler import Scheduler

LONG = tuple(60 + i % 40 for i in range(100))
MOST_STEPS = 40 * len(LONG)


class NarrowPace(Pace):
    """A slow computer: beside replies a step reads few tokens, however many prompts wait."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def prompt_tokens(self, replies: int, most: int) -> int:
        return min(most, self._room) if replies else most


def short(number: int) -> GenerationRequest:
    """One of many thousands that share no beginning, so each has tokens to read."""
    prompt = 60 + number % 41, 70 + number // 41 % 43, 80 + number // 1763 % 30
    return GenerationRequest(f"short {number}", prompt, max_tokens=1)


@pytest.mark.parametrize("room", [1, 2, 4])
def test_a_long_prompt_is_read_however_many_short_ones_keep_coming(room: int):
    backend = FakeBackend(n_ctx=32_768, cells=65_536, max_sequences=16)
    scheduler = Scheduler(backend, pace=NarrowPace(room))
    scheduler.submit(GenerationRequest("live", LONG[:5], max_tokens=30_000, ignore_eos=True))
    scheduler.step()
    scheduler.submit(GenerationRequest("long", LONG, max_tokens=1))
    ended: list[str] = []
    came = 0
    for _ in range(MOST_STEPS):
        while scheduler.queued < room + 1:
            scheduler.submit(short(came))
            came += 1
        ended += [event.request_id for event in scheduler.step() if isinstance(event, RequestEnd)]
        if "long" in ended:
            break
    assert "long" in ended, f"{len(ended)} short ones went before it"
    assert len(ended) > 20, "short ones did not wait until the long one was read"
