"""The days that a question is about, as parameters of an address: from and to, or a period by its code."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request

from app.core.clock import Clock, lima_day
from app.statistics.asking import QuestionInvalid, refuse_future
from app.statistics.periods import FORMS, MONTHS, Period, period_of, reached, unfinished
from schemas.base import IsoDay
from schemas.query import Grain


@dataclass(frozen=True, slots=True)
class Span:
    """Both days included; None: no bound. ``period``: the one that was named. ``unfinished``: that one or,
    of mere days, the year, where it runs and the days come to today."""

    since: date | None = None
    until: date | None = None
    period: Period | None = None
    unfinished: tuple[str, ...] = ()

    @property
    def grain(self) -> Grain | None:
        return None if self.period is None else self.period.grain

    def whole(self, grain: Grain) -> None:
        """Raises QuestionInvalid for a named period that runs, or is not whole periods of the grain."""
        if self.period is None:
            return
        if self.unfinished:
            before = Period.holding(self.period.first - timedelta(days=1), self.period.grain)
            raise QuestionInvalid("period", (f"<= {before.code}",))
        fitting = [each for each in Grain if MONTHS[self.period.grain] % MONTHS[each] == 0]
        if grain not in fitting:
            raise QuestionInvalid("grain", fitting)


def span(
    request: Request,
    since: Annotated[IsoDay | None, Query(alias="from", description="Incluido / included")] = None,
    until: Annotated[IsoDay | None, Query(alias="to", description="Incluido / included")] = None,
    period: Annotated[
        str | None,
        Query(
            max_length=8,
            description="2026, 2026-S2, 2026-Q3, 2026-B5, 2026-M09; en vez de / instead of from, to; si no "
            "ha terminado, hasta hoy / if it has not ended, up to today",
        ),
    ] = None,
) -> Span:
    """Raises QuestionInvalid for a period that is none or has not begun, for one beside days, and for days
    that have not come."""
    clock: Clock = request.app.state.clock
    today = lima_day(clock.now())
    if period is not None:
        if since is not None or until is not None:
            raise QuestionInvalid("period", ("period", "from, to"))
        return named(period, today)
    refuse_future({"from": since, "to": until}, today)
    return Span(since, until, unfinished=reached(until, Grain.YEAR, today))


def named(code: str, today: date) -> Span:
    """A period that runs is read up to today. Raises QuestionInvalid for one that has not begun."""
    found = period_of(code)
    if found is None:
        raise QuestionInvalid("period", FORMS)
    if found.first > today:
        raise QuestionInvalid("period", (f"<= {Period.holding(today, found.grain).code}",))
    return Span(found.first, min(found.last, today), found, unfinished((found.code,), today))


SpanDep = Annotated[Span, Depends(span)]
