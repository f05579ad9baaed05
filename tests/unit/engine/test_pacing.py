"""The pace against computers that are made up: so many seconds for a step, whatever they are."""

import random
from dataclasses import dataclass
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.engine.pacing import SMALLEST_UNHURRIED, UNHURRIED_STEP_S, Pace

MOST = 508


@dataclass(frozen=True)
class Computer:
    """A step takes `step_s`, `reply_s` for each reply, and `token_s` for each token of a prompt.

    small_batches: how much dearer a prompt token is when there are few.   noise: part of a step, either way.
    """

    step_s: float
    reply_s: float
    token_s: float
    small_batches: float = 1.0
    noise: float = 0.0

    def step(self, replies: int, tokens: int, randomness: random.Random) -> float:
        dear = self.small_batches if tokens < 64 else 1.0
        seconds = self.step_s + replies * self.reply_s + tokens * self.token_s * dear
        return seconds * (1 + self.noise * randomness.uniform(-1, 1))


ONE_CORE = Computer(step_s=0.018, reply_s=0.010, token_s=0.004, small_batches=2.0, noise=0.05)
GRAPHICS_CARD = Computer(step_s=0.008, reply_s=0.0002, token_s=0.00002, noise=0.05)


def serve(computer: Computer, prompt: int, replies: int, seed: int = 0) -> tuple[list[float], list[float]]:
    """The replies' steps before a prompt arrives, and those while it is read."""
    pace, randomness = Pace(), random.Random(seed)
    pace.note(0, 128, computer.step(0, 128, randomness))
    usual = [computer.step(replies, 0, randomness) for _ in range(12)]
    for seconds in usual:
        pace.note(replies, 0, seconds)
    beside = []
    while prompt:
        tokens = min(prompt, pace.prompt_tokens(replies, MOST))
        beside.append(computer.step(replies, tokens, randomness))
        pace.note(replies, tokens, beside[-1])
        prompt -= tokens
        assert len(beside) < 10_000
    return usual, beside


@pytest.mark.parametrize("computer", [ONE_CORE, GRAPHICS_CARD])
def test_no_step_beside_a_long_prompt_takes_twice_the_usual(computer: Computer):
    usual, beside = serve(computer, prompt=2000, replies=4)
    assert max(beside) <= 2 * median(usual)


@pytest.mark.parametrize("computer", [ONE_CORE, GRAPHICS_CARD])
def test_the_prompt_gets_most_of_what_it_may_have(computer: Computer):
    usual, beside = serve(computer, prompt=2000, replies=4)
    assert len(beside) == 4 or median(beside) >= 1.5 * median(usual)


def test_a_computer_that_slows_down_is_noticed():
    pace, randomness = Pace(), random.Random(0)
    slow = Computer(step_s=0.054, reply_s=0.03, token_s=0.012)
    for computer in (ONE_CORE, slow):
        for _ in range(20):
            pace.note(4, 0, computer.step(4, 0, randomness))
            tokens = pace.prompt_tokens(4, MOST)
            pace.note(4, tokens, computer.step(4, tokens, randomness))
    assert slow.step(4, pace.prompt_tokens(4, MOST), randomness) <= 2 * slow.step(4, 0, randomness)


def test_replies_that_were_never_alone_get_one_step_to_show_what_they_take():
    pace = Pace()
    pace.note(0, 128, 0.5)
    assert pace.prompt_tokens(4, MOST) == 0
    pace.note(4, 0, 0.06)
    assert pace.prompt_tokens(4, MOST) > 0
    assert pace.prompt_tokens(16, MOST) == 0, "sixteen replies take longer than four"
    assert pace.prompt_tokens(6, MOST) > 0


def test_e15_a_prompt_alone_is_read_in_steps_that_can_be_stopped_soon():
    pace = Pace()
    assert pace.prompt_tokens(0, 512) == SMALLEST_UNHURRIED
    pace.note(0, 512, 2.0)
    assert pace.prompt_tokens(0, 512) == pytest.approx(UNHURRIED_STEP_S * 256, abs=1)
    for _ in range(20):
        pace.note(0, 64, 30.0)
    assert pace.prompt_tokens(0, 512) == SMALLEST_UNHURRIED


@given(
    st.lists(st.tuples(st.integers(0, 64), st.integers(0, 512), st.floats(0, 100, allow_nan=False))),
    st.integers(1, 64),
)
def test_whatever_was_measured_the_next_two_steps_read_something(
    steps: list[tuple[int, int, float]], replies: int
):
    pace = Pace()
    for live, tokens, seconds in steps:
        if live or tokens:
            pace.note(live, tokens, seconds)
    advice = pace.prompt_tokens(replies, MOST)
    if advice == 0:
        pace.note(replies, 0, 0.01)
        advice = pace.prompt_tokens(replies, MOST)
    assert 1 <= advice <= MOST
    assert 1 <= pace.prompt_tokens(0, MOST) <= MOST
