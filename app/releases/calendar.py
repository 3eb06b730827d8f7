"""The calendar of releases: from which hour on a period may be known. Pure.

A rule of its own, dated, and public: it tells nothing of whether a release has been built.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from app.core.clock import LIMA
from app.releases.periods import Period
from schemas.query import Grain
from schemas.releases import CalendarEntry


@dataclass(frozen=True, slots=True)
class Rule:
    """Periods that end from ``since`` on are out on that day of the month after their end, at that hour."""

    since: date
    day: int
    hour: time  # in Lima


RULES: Final = (Rule(date(2000, 1, 1), 20, time(10)),)


def not_before(bimester: Period) -> datetime:
    """The end of the embargo, aware."""
    rule = max((each for each in RULES if each.since <= bimester.last), key=lambda each: each.since)
    month = Period.holding(bimester.following().first, Grain.MONTH)
    return datetime.combine(month.first.replace(day=rule.day), rule.hour, LIMA)


def calendar_of(today: date) -> tuple[CalendarEntry, ...]:
    """The bimesters that end in the year of ``today`` and in the next."""
    bimesters = (
        Period(year, Grain.BIMESTER, number)
        for year in (today.year, today.year + 1)
        for number in range(1, 7)
    )
    return tuple(
        CalendarEntry(period=each.code, first_day=each.first, last_day=each.last, not_before=not_before(each))
        for each in bimesters
    )
