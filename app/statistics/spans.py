"""The days that a question is about, as parameters of an address: from and to, or a period by its code."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from app.statistics.asking import QuestionInvalid
from app.statistics.periods import FORMS, MONTHS, Period, period_of
from schemas.base import IsoDay
from schemas.query import Grain


@dataclass(frozen=True, slots=True)
class Span:
    """Both days included; None: no bound. ``period``: the one that was named."""

    since: date | None = None
    until: date | None = None
    period: Period | None = None

    @property
    def grain(self) -> Grain | None:
        return None if self.period is None else self.period.grain

    def made_of(self, grain: Grain) -> None:
        """Raises QuestionInvalid for a named period that is not whole periods of the grain."""
        if self.period is not None and MONTHS[self.period.grain] % MONTHS[grain]:
            raise QuestionInvalid("grain", (g for g in Grain if MONTHS[self.period.grain] % MONTHS[g] == 0))


def span(
    since: Annotated[IsoDay | None, Query(alias="from", description="Incluido / included")] = None,
    until: Annotated[IsoDay | None, Query(alias="to", description="Incluido / included")] = None,
    period: Annotated[
        str | None,
        Query(
            max_length=8,
            description="2026, 2026-S2, 2026-Q3, 2026-B5, 2026-M09; en vez de / instead of from, to",
        ),
    ] = None,
) -> Span:
    """Raises QuestionInvalid for a period that is none, and for one beside days."""
    if period is None:
        return Span(since, until)
    named = period_of(period)
    if named is None:
        raise QuestionInvalid("period", FORMS)
    if since is not None or until is not None:
        raise QuestionInvalid("period", ("period", "from, to"))
    return Span(named.first, named.last, named)


SpanDep = Annotated[Span, Depends(span)]
