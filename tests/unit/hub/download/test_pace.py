"""Speed, limits and stalls, on a clock of the test's own."""

from oa_desktop.hub.download.pace import Pace, StallWatch


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    assert pace.bytes_per_second() == 0
    for _ in range(20):
        pace.received(1000)
        clock.now += 0.5
    assert 1900 <= pace.bytes_per_second() <= 2200
    clock.now += 60
    assert pace.bytes_per_second() == 0
    assert pace.total_bytes == 20_000


def test_under_a_limit_so_little_is_read_at_once_that_a_change_counts_soon() -> None:
    clock = Clock()
    for limit in (5_000, 20_000, 1_000_000):
        pace = Pace(lambda limit=limit: limit, clock)  # type: ignore[misc]
        assert pace.received(pace.most_bytes(1 << 18)) <= 0.5
    assert Pace().most_bytes(1 << 18) == 1 << 18
    assert Pace(lambda: 1).most_bytes(1 << 18) >= 1


def test_a_limit_asks_for_waits_that_add_up_to_it() -> None:
    clock = Clock()
    pace = Pace(lambda: 1000, clock)
    waited = 0.0
    for _ in range(10):
        wait = pace.received(500)
        waited += wait
        clock.now += wait
    assert 4.5 <= waited <= 5.0
    assert pace.is_limited


def test_a_limit_that_is_taken_away_is_gone_at_once() -> None:
    clock, limit = Clock(), [10]
    pace = Pace(lambda: limit[0], clock)
    assert pace.received(1000) == 100
    limit[0] = 0
    assert pace.received(1000) == 0


def test_a_pause_makes_up_for_nothing() -> None:
    clock = Clock()
    pace = Pace(lambda: 1000, clock)
    clock.now += 3600
    assert pace.received(1000) == 1


def test_d02_a_trickle_is_a_stall_and_a_slow_line_is_not() -> None:
    clock = Clock()
    watch = StallWatch(20, 10_000, clock)
    for _ in range(21):
        watch.received(10)
        clock.now += 1
    assert watch.is_stalled
    watch = StallWatch(20, 10_000, clock)
    for _ in range(100):
        watch.received(600)
        clock.now += 1
        assert not watch.is_stalled


def test_waiting_because_of_a_limit_is_no_stall() -> None:
    clock = Clock()
    watch = StallWatch(20, 10_000, clock)
    for _ in range(30):
        clock.now += 10
        watch.received(100, waited_s=10)
    assert not watch.is_stalled
