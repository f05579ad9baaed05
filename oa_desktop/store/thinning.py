"""Which backups to keep: all of the last two days, then one a day, a week and a month, each for a while."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

DAILY, WEEKLY, MONTHLY = 12, 10, 9
NEWEST = 5
"""As many are kept by number whatever their dates are, so that a wrong clock cannot thin everything away."""


class Backup(NamedTuple):
    """One backup file. number: rises with each backup; taken: day by the clock of then."""

    number: int
    taken: date
    path: Path


def kept(backups: Sequence[Backup], today: date) -> set[Backup]:
    """The backups that stay. Those dated after today count as today's."""
    newest_first = sorted(backups, reverse=True)
    keep = set(newest_first[:NEWEST])
    yesterday = today - timedelta(days=1)
    keep |= {backup for backup in newest_first if backup.taken >= yesterday}
    rest = [backup for backup in newest_first if backup.taken < yesterday]
    for period, limit in ((_day, DAILY), (_week, WEEKLY), (_month, MONTHLY)):
        chosen: dict[tuple[int, int], Backup] = {}
        for backup in rest:
            chosen.setdefault(period(backup.taken), backup)
        first = dict(list(chosen.items())[:limit])
        keep |= set(first.values())
        rest = [backup for backup in rest if period(backup.taken) not in first]
    return keep


def _day(day: date) -> tuple[int, int]:
    return day.year, day.timetuple().tm_yday


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
