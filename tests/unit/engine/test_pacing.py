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
    """A step takes `step_s`, and `row_s` for each reply and each token of a prompt.

    small_batches: how much dearer a row is when there are few.
    left_over: how many rows each one costs beyond the last multiple of four.
    noise: part of a step, either way.
    """

    step_s: float
    row_s: float
    small_batches: float = 1.0
    left_over: float = 1.0
    noise: float = 0.0

    def step(self, replies: int, tokens: int, randomness: random.Random) -> float:
        rows = replies + tokens
        cost = self.row_s * (self.small_batches if rows < 64 else 1.0)
        seconds = self.step_s + cost * (rows - rows % 4 + self.left_over * (rows % 4))
        return seconds * (1 + self.noise * randomness.uniform(-1, 1))


ONE_CORE = Computer(step_s=0.028, row_s=0.004, small_batches=1.9, left_over=3.5, noise=0.08)
GRAPHICS_CARD = Computer(step_s=0.008, row_s=0.00002, noise=0.08)


def serve(computer: Computer, prompt: int, replies: int, seed: int = 0) -> tuple[list[float], list[float]]:
    """The replies' steps before a prompt arrives, and those while it is read."""
    pace, randomness = Pace(), random.Random(seed)
    for _ in range(3):
        tokens = pace.prompt_tokens(0, 512)
        pace.note(0, tokens, computer.step(0, tokens, randomness))
    usual = [computer.step(replies, 0, randomness) for _ in range(12)]
    for seconds in usual:
        pace.note(replies, 0, seconds)
    beside = []
    while prompt:
        tokens = pace.prompt_tokens(replies, min(prompt, MOST))
        beside.append(computer.step(replies, tokens, randomness))
        pace.note(replies, tokens, beside[-1])
        prompt -= tokens
        assert len(beside) < 10_000
    return usual, beside


computers = pytest.mark.parametrize("computer", [ONE_CORE, GRAPHICS_CARD], ids=["one core", "graphics card"])


@computers
@pytest.mark.parametrize("replies", [1, 4, 5, 16])
@pytest.mark.parametrize("seed", range(10))
def test_steps_beside_a_long_prompt_take_at_most_twice_the_usual(computer: Computer, replies: int, seed: int):
    usual, beside = serve(computer, prompt=2000, replies=replies, seed=seed)
    assert max(beside) <= 2.2 * median(usual), "twice, and the noise on both sides"
    assert median(beside) <= 2 * median(usual)


@computers
def test_the_prompt_gets_much_of_what_it_may_have(computer: Computer):
    usual, beside = serve(computer, prompt=2000, replies=4)
    assert len(beside) <= 10 or median(beside) >= 1.3 * median(usual)


def test_steps_are_made_of_rows_in_fours():
    pace, randomness = Pace(), random.Random(0)
    pace.note(0, 64, ONE_CORE.step(0, 64, randomness))
    for replies in (1, 2, 3, 4, 5, 16):
        pace.note(replies, 0, ONE_CORE.step(replies, 0, randomness))
        tokens = pace.prompt_tokens(replies, MOST)
        assert tokens > 0
        assert (replies + tokens) % 4 == 0


def test_the_end_of_a_prompt_is_read_in_fours_too_and_what_is_left_one_by_one():
    pace, randomness = Pace(), random.Random(0)
    pace.note(0, 64, ONE_CORE.step(0, 64, randomness))
    pace.note(4, 0, ONE_CORE.step(4, 0, randomness))
    left, slices = 7, []
    while left:
        slices.append(pace.prompt_tokens(4, left))
        left -= slices[-1]
    assert slices == [4, 1, 1, 1]


def test_one_step_that_was_fast_by_chance_does_not_let_a_whole_prompt_in():
    pace = Pace()
    pace.note(0, 64, 0.256)
    pace.note(4, 0, 0.06)
    before = pace.prompt_tokens(4, MOST)
    pace.note(4, before, 0.045)
    assert pace.prompt_tokens(4, MOST) <= 2 * before


def test_a_computer_that_slows_down_is_noticed():
    pace, randomness = Pace(), random.Random(0)
    slow = Computer(step_s=0.08, row_s=0.012, small_batches=1.9, left_over=3.5)
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
