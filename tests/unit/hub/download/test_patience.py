"""How often and how long is waited for a hub."""

from oa_desktop.hub.download.patience import Backoff
from oa_desktop.hub.download.tuning import Tuning

TUNING = Tuning(attempts=5, first_wait_s=1, longest_wait_s=6, longest_told_wait_s=60)


def waits(backoff: Backoff, count: int) -> list[float | None]:
    return [backoff.after_failure(progressed=False) for _ in range(count)]


def test_d02_waits_double_up_to_a_limit_and_then_end() -> None:
    *five, last = waits(Backoff(TUNING), 6)
    assert last is None
    for wait, usual in zip(five, (1, 2, 4, 6, 6), strict=True):
        assert wait is not None
        assert 0.8 * usual <= wait <= 1.2 * usual


def test_bytes_that_came_begin_the_count_again() -> None:
    backoff = Backoff(TUNING)
    assert None not in waits(backoff, 5)
    assert backoff.after_failure(progressed=True) is not None
    assert None not in waits(backoff, 4)
    assert backoff.after_failure(progressed=False) is None


def test_d09_a_server_is_obeyed_within_reason() -> None:
    assert Backoff(TUNING).after_failure(progressed=False, told_s=7) == 7
    assert Backoff(TUNING).after_failure(progressed=False, told_s=0) == 0
    assert Backoff(TUNING).after_failure(progressed=False, told_s=61) is None
