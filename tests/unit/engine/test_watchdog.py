"""When a step is called hung, and when it is only slow, or the machine was asleep."""

import pytest

from oa_desktop.engine.watchdog import STEP_LIMIT_S, TOKEN_LIMIT_S, RunningStep, Watchdog

LOOK_S = 0.1


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Looking:
    """A watchdog that is looked at ten times a second of a clock of its own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.watchdog = Watchdog(step_limit_s=10, token_limit_s=1, clock=self.clock)

    def hangs_within(self, seconds: float, step: RunningStep | None) -> bool:
        ends_s = self.clock.now_s + seconds
        while self.clock.now_s < ends_s:
            self.clock.now_s += LOOK_S
            if self.watchdog.sees_hung(step):
                return True
        return False


@pytest.fixture
def looking() -> Looking:
    return Looking()


def step(tokens: int = 1) -> RunningStep:
    return RunningStep(frozenset({"a"}), tokens)


def test_a_step_that_does_not_end_is_hung_after_its_time(looking: Looking):
    hung = step(tokens=5)
    assert not looking.hangs_within(14.5, hung)
    assert looking.hangs_within(1, hung)


def test_a_larger_step_has_more_time(looking: Looking):
    assert not looking.hangs_within(500, step(tokens=512))


def test_many_short_steps_are_not_one_long_one(looking: Looking):
    assert not any(looking.hangs_within(9, step()) for _ in range(20))


def test_nothing_to_do_is_not_hung(looking: Looking):
    assert not looking.hangs_within(1000, None)


def test_e12_the_time_a_process_was_stopped_does_not_count(looking: Looking):
    slow = step()
    assert not looking.hangs_within(5, slow)
    looking.clock.now_s += 3600
    assert not looking.hangs_within(3, slow)
    assert looking.hangs_within(10, slow)


def test_the_limits_leave_room_for_the_slowest_machine_that_people_wait_for():
    assert STEP_LIMIT_S >= 60
    assert TOKEN_LIMIT_S * 512 > 600
