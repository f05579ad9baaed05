"""Backups are thinned out by age, and never by a wrong clock alone."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oa_desktop.store.thinning import DAILY, MONTHLY, NEWEST, WEEKLY, Backup, kept

TODAY = date(2026, 11, 22)  # a Sunday


def backup(number: int, taken: date) -> Backup:
    return Backup(number, taken, Path(f"{number}.db"))


def daily(days: int) -> list[Backup]:
    """One backup a day up to today; the oldest has number 1."""
    return [backup(number, TODAY - timedelta(days=days - number)) for number in range(1, days + 1)]


@pytest.mark.parametrize(
    ("ages", "kept_ages"),
    [
        ([], []),
        ([0], [0]),
        ([0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1]),
        ([0, 1, 2, 2, 2, 3, 3], [0, 1, 2, 2, 2, 3]),
        ([500, 400, 300, 200, 100], [500, 400, 300, 200, 100]),
    ],
)
def test_what_stays_of_a_few_backups(ages: list[int], kept_ages: list[int]) -> None:
    oldest_first = sorted(ages, reverse=True)
    backups = [backup(i, TODAY - timedelta(days=age)) for i, age in enumerate(oldest_first)]
    assert sorted((TODAY - b.taken).days for b in kept(backups, TODAY)) == sorted(kept_ages)


def test_two_years_of_daily_backups_become_days_weeks_and_months() -> None:
    ages = sorted((TODAY - b.taken).days for b in kept(daily(730), TODAY))
    days = [0, 1, *range(2, 2 + DAILY)]
    assert ages[: len(days)] == days
    rest = ages[len(days) :]
    assert len(rest) == WEEKLY + MONTHLY
    weeks, months = rest[:WEEKLY], rest[WEEKLY:]
    assert all(later - earlier == 7 for earlier, later in pairwise(weeks[1:]))
    assert all(27 < later - earlier < 32 for earlier, later in pairwise(months[1:]))


def test_thinning_day_by_day_settles_on_a_bounded_number() -> None:
    held: set[Backup] = set()
    for number in range(1, 900):
        day = date(2024, 1, 1) + timedelta(days=number)
        held = kept([*held, backup(number, day)], day)
    assert 2 + DAILY <= len(held) <= 2 + DAILY + WEEKLY + MONTHLY + NEWEST


def test_s16_a_clock_set_back_to_1970_or_forward_loses_no_new_backup() -> None:
    newest = [backup(100 + i, date(1970, 1, 1)) for i in range(NEWEST)]
    assert set(newest) <= kept([*daily(60), *newest], TODAY)
    future = [backup(200 + i, date(2126, 1, 1)) for i in range(3)]
    assert set(future) <= kept([*daily(60), *future], TODAY)


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=60), st.dates())
def test_the_newest_by_number_always_stay_and_thinning_again_changes_nothing(
    days: list[date], today: date
) -> None:
    backups = [backup(i, day) for i, day in enumerate(days)]
    stay = kept(backups, today)
    assert set(backups[-NEWEST:]) <= stay
    assert kept(sorted(stay), today) == stay
