"""Which periods have ended. Pure; days are those of Lima."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from schemas.query import Grain, Query

_MONTHS: Final = {Grain.MONTH: 1, Grain.BIMESTER: 2, Grain.QUARTER: 3, Grain.SEMESTER: 6, Grain.YEAR: 12}
_LETTERS: Final = {"M": 1, "B": 2, "Q": 3, "S": 6, None: 12}
_CODE: Final = re.compile(r"(\d{4})(?:-([MBQS])(\d{1,2}))?")


def last_ended(today: date, grain: Grain) -> date:
    """The last day of the last period that is over."""
    months = _MONTHS[grain]
    return date(today.year, (today.month - 1) // months * months + 1, 1) - timedelta(days=1)


def running(query: Query, cells: Iterable[Sequence[str]], today: date) -> tuple[str, ...]:
    """The periods among the cells of an answer that have not ended."""
    if "period" not in query.dimensions:
        return ()
    place = query.dimensions.index("period")
    return unfinished(sorted({codes[place] for codes in cells}), today)


def unfinished(codes: Iterable[str], today: date) -> tuple[str, ...]:
    """Those of the codes, in their order, whose period ends today or later. What has no date has no end."""
    return tuple(code for code in dict.fromkeys(codes) if (last := last_day(code)) and last >= today)


def grain_of(code: str) -> Grain | None:
    """Of a period's code, by its letter; None of any other word."""
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    return next(grain for grain, months in _MONTHS.items() if months == _LETTERS[found[2]])


def first_day(code: str) -> date | None:
    """Of a period as answers write it; None of any other word."""
    last, grain = last_day(code), grain_of(code)
    if last is None or grain is None:
        return None
    return date(last.year, last.month - _MONTHS[grain] + 1, 1)


def last_day(code: str) -> date | None:
    """Of a period as answers write it (2026, 2026-S2, 2026-Q3, 2026-B5, 2026-M09); None of any other word."""
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    year, months = int(found[1]), _LETTERS[found[2]]
    after = months * int(found[3] or 1)  # months of the year that are over by then
    if after > 12 or year < 1:
        return None
    following = (year + 1, 1) if after == 12 else (year, after + 1)
    return date.max if following[0] > date.max.year else date(*following, 1) - timedelta(days=1)
