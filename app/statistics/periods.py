"""Periods by their codes, which of them have not ended and which are cut. Pure; days are those of Lima.

Codes are those of the dimension ``period``: 2026, 2026-S2, 2026-Q3, 2026-B5 (September, October), 2026-M09.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from schemas.query import Grain, Query

MONTHS: Final = {Grain.MONTH: 1, Grain.BIMESTER: 2, Grain.QUARTER: 3, Grain.SEMESTER: 6, Grain.YEAR: 12}
FORMS: Final = ("2026", "2026-S2", "2026-Q3", "2026-B5", "2026-M09")
_LETTERS: Final = {Grain.MONTH: "M", Grain.BIMESTER: "B", Grain.QUARTER: "Q", Grain.SEMESTER: "S"}
_GRAINS: Final = {letter: grain for grain, letter in _LETTERS.items()}
_CODE: Final = re.compile(r"([0-9]{4})(?:-([MBQS])(0?[1-9]|1[0-2]))?")


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
        if found.year < 1 or found.number * MONTHS[grain] > 12 or found.code != code:
            raise ValueError("not a period")
        return found

    @classmethod
    def holding(cls, day: date, grain: Grain) -> Self:
        return cls(day.year, grain, (day.month - 1) // MONTHS[grain] + 1)

    @property
    def code(self) -> str:
        if self.grain is Grain.YEAR:
            return f"{self.year:04}"
        number = f"{self.number:02}" if self.grain is Grain.MONTH else str(self.number)
        return f"{self.year:04}-{_LETTERS[self.grain]}{number}"

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


def period_of(code: str) -> Period | None:
    """None of any other word."""
    try:
        return Period.parse(code)
    except ValueError:
        return None


def last_ended(today: date, grain: Grain) -> date:
    """The last day of the last period that is over."""
    return Period.holding(today, grain).first - timedelta(days=1)


def running(query: Query, cells: Iterable[Sequence[str]], today: date) -> tuple[str, ...]:
    """The periods of an answer that have not ended: those among its cells, and the one that a given
    ``until`` reaches into, also where nothing is told by period or nothing lies in it."""
    return unfinished(sorted({*_told(query, cells), *reached(query.until, query.grain, today)}), today)


def reached(until: date | None, grain: Grain, today: date) -> tuple[str, ...]:
    """The period that runs, where ``until`` comes to it; what has no end says by itself that it is open."""
    return (Period.holding(today, grain).code,) if until is not None and until >= today else ()


def unfinished(codes: Iterable[str], today: date) -> tuple[str, ...]:
    """Those of the codes, in their order, whose period ends today or later. What has no date has no end."""
    return tuple(
        code for code in dict.fromkeys(codes) if (period := period_of(code)) and period.last >= today
    )


def cut(query: Query, cells: Iterable[Sequence[str]], today: date) -> tuple[str, ...]:
    """The periods among the cells of which the question's bounds leave out days that have come."""
    since, until = query.since or date.min, query.until or date.max
    periods = (period for code in _told(query, cells) if (period := period_of(code)))
    return tuple(each.code for each in periods if each.first < since or until < min(each.last, today))


def _told(query: Query, cells: Iterable[Sequence[str]]) -> list[str]:
    """The words of the dimension ``period`` in the cells, each once, in order."""
    if "period" not in query.dimensions:
        return []
    place = query.dimensions.index("period")
    return sorted({codes[place] for codes in cells})
