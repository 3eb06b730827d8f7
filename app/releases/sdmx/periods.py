"""Periods as SDMX writes them: a bimester is a time range, the others are its own reporting periods. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_CODE: Final = re.compile(r"(\d{4})(?:-([BQS])(\d))?", re.ASCII)
_MONTHS: Final = {"B": 2, "Q": 3, "S": 6}
_FREQUENCY: Final = {"B": "M2", "Q": "Q", "S": "S"}
_GIVEN: Final = re.compile(
    r"(?P<year>\d{4})"
    r"(?:-(?P<part>[ASTQ]\d|B[1-6]|M\d\d)"
    r"|-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?(?:/P(?P<length>\d{1,2})M)?)?)?",
    re.ASCII,
)
_PARTS: Final = {"A": 12, "S": 6, "T": 4, "Q": 3, "B": 2, "M": 1}


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Period:
    frequency: str  # a code of CL_FREQ
    time: str  # a value of TIME_PERIOD
    span: Span


def period_of(code: str) -> Period:
    """``2026-B5``, ``2026-Q3``, ``2026-S2`` or ``2026``. Raises ``ValueError``."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError("not a period of a release")
    year, letter, number = int(found[1]), found[2], found[3]
    if letter is None:
        return Period("A", found[1], Span(date(year, 1, 1), date(year, 12, 31)))
    span = months(year, (int(number) - 1) * _MONTHS[letter] + 1, _MONTHS[letter])
    time = f"{span.first.isoformat()}/P2M" if letter == "B" else f"{year}-{letter}{number}"
    return Period(_FREQUENCY[letter], time, span)


def span_of(given: str) -> Span:
    """A period as a client writes it: ``2026``, ``2026-09``, ``2026-Q3``, ``2026-S2``, ``2026-B5``, a day, a
    moment (its day) or ``2026-09-01/P2M``. Raises ``ValueError``."""
    found = _GIVEN.fullmatch(given)
    if found is None:
        raise ValueError("not a period")
    year = int(found["year"])
    if found["part"] is not None:
        length = _PARTS[found["part"][0]]
        return months(year, (int(found["part"][1:]) - 1) * length + 1, length)
    if found["month"] is None:
        return months(year, 1, 12)
    month = int(found["month"])
    if found["day"] is None:
        return months(year, month, 1)
    first = date(year, month, int(found["day"]))
    if found["length"] is None:
        return Span(first, first)
    return Span(first, _later(first, int(found["length"])) - timedelta(days=1))


def months(year: int, first: int, length: int) -> Span:
    """``length`` months from ``first`` (1 to 12) on. Raises ``ValueError``."""
    last = first + length - 1
    if not 1 <= first <= last <= 12:
        raise ValueError("no such part of a year")
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _later(day: date, count: int) -> date:
    month = day.month - 1 + count
    year = day.year + month // 12
    month = month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
