"""Periods of releases: a bimester, and the longer periods that end within it. Pure.

Codes are those of the dimension ``period``: 2026-B5 (September and October), 2026-Q3, 2026-S2, 2026.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from schemas.query import Grain

MONTHS: Final = {Grain.MONTH: 1, Grain.BIMESTER: 2, Grain.QUARTER: 3, Grain.SEMESTER: 6, Grain.YEAR: 12}
_LETTERS: Final = {Grain.MONTH: "M", Grain.BIMESTER: "B", Grain.QUARTER: "Q", Grain.SEMESTER: "S"}
_GRAINS: Final = {letter: grain for grain, letter in _LETTERS.items()}
_CODE: Final = re.compile(r"([1-9][0-9]{3})(?:-([MBQS])(0?[1-9]|1[0-2]))?")
_LONGER: Final = (Grain.QUARTER, Grain.SEMESTER, Grain.YEAR)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """``number`` counts within the year from 1."""

    year: int
    grain: Grain
    number: int = 1

    @classmethod
    def parse(cls, code: str) -> Self:
        """Raises ``ValueError`` for what is no period's code as it is written."""
        match = _CODE.fullmatch(code)
        if match is None:
            raise ValueError("not a period")
        grain = _GRAINS[match[2]] if match[2] else Grain.YEAR
        found = cls(int(match[1]), grain, int(match[3] or 1))
        if found.number * MONTHS[grain] > 12 or found.code != code:
            raise ValueError("not a period")
        return found

    @classmethod
    def holding(cls, day: date, grain: Grain) -> Self:
        return cls(day.year, grain, (day.month - 1) // MONTHS[grain] + 1)

    @property
    def code(self) -> str:
        if self.grain is Grain.YEAR:
            return str(self.year)
        number = f"{self.number:02}" if self.grain is Grain.MONTH else str(self.number)
        return f"{self.year}-{_LETTERS[self.grain]}{number}"

    @property
    def first(self) -> date:
        return date(self.year, (self.number - 1) * MONTHS[self.grain] + 1, 1)

    @property
    def last(self) -> date:
        month = self.number * MONTHS[self.grain]
        return date(self.year, month, monthrange(self.year, month)[1])

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def months(self) -> tuple[str, ...]:
        """Codes of its months."""
        until = self.number * MONTHS[self.grain]
        since = until - MONTHS[self.grain] + 1
        return tuple(Period(self.year, Grain.MONTH, month).code for month in range(since, until + 1))

    def following(self) -> "Period":
        last = self.number * MONTHS[self.grain] == 12
        return Period(self.year + last, self.grain, 1 if last else self.number + 1)


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
