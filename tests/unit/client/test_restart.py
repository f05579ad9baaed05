"""When a dead engine is started again."""

from oa_desktop.client.restart import RestartPolicy


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_three_deaths_wait_longer_each_and_the_fourth_is_the_last():
    policy = RestartPolicy(Clock())
    assert [policy.next_delay_s() for _ in range(5)] == [0.0, 2.0, 8.0, None, None]


def test_deaths_are_forgotten_after_a_minute():
    clock = Clock()
    policy = RestartPolicy(clock)
    assert policy.next_delay_s() == 0.0
    clock.now = 30
    assert policy.next_delay_s() == 2.0
    clock.now = 61
    assert policy.next_delay_s() == 2.0
    clock.now = 200
    assert policy.next_delay_s() == 0.0


def test_a_person_s_restart_starts_counting_anew():
    policy = RestartPolicy(Clock())
    for _ in range(4):
        policy.next_delay_s()
    policy.forget()
    assert policy.next_delay_s() == 0.0
