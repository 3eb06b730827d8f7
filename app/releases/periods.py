"""Periods of releases: a bimester, and the longer periods that end within it. Pure."""

from datetime import date
from typing import Final

from app.statistics.periods import Period
from schemas.query import Grain

__all__ = ("Period", "finished", "told_by")

_LONGER: Final = (Grain.QUARTER, Grain.SEMESTER, Grain.YEAR)


def told_by(bimester: Period) -> tuple[Period, ...]:
    """The bimester, then the quarters, semesters and the year that end within it."""
    longer = (Period.holding(day, grain) for grain in _LONGER for day in _month_ends(bimester))
    return (bimester, *dict.fromkeys(each for each in longer if bimester.holds(each.last)))


def _month_ends(bimester: Period) -> tuple[date, ...]:
    return tuple(Period.parse(code).last for code in bimester.months())


def finished(first_day: date, today: date) -> tuple[Period, ...]:
    """The bimesters from that of ``first_day`` to the last one that ended before ``today``."""
    found, each = [], Period.holding(first_day, Grain.BIMESTER)
    while each.last < today:
        found.append(each)
        each = each.following()
    return tuple(found)
