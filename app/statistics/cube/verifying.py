"""The cube beside the count in SQL, cell by cell, for questions of every measure and dimension."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.statistics.asking import DIMENSIONS, QuestionInvalid, checked
from app.statistics.cube.answering import Counted, counted
from app.statistics.cube.measures import HELD, holds
from app.statistics.cube.refreshing import Held
from app.statistics.service import StatisticsService
from schemas.query import Grain, Query
from schemas.vocabulary import DateBasis, Feed

_TOGETHER = 8  # measures of one question


@dataclass(frozen=True, slots=True)
class Difference:
    """``codes`` of a cell, or none for the total."""

    query: Query
    measure: str
    codes: tuple[str, ...]
    cube: int
    sql: int


def questions(source: Feed | None) -> Iterator[Query]:
    """By year and family, and in each date basis; by each other dimension and the bimester; by all that is
    told of a case at once."""
    yield from _asked(source, ("offence_family", "period"), Grain.YEAR)
    for basis in DateBasis:
        yield from _asked(source, ("offence_family", "period"), Grain.QUARTER, basis)
    for dimension in DIMENSIONS:
        if dimension not in {"period", "offence_family"}:
            yield from _asked(source, ("offence_family", "period", dimension), Grain.BIMESTER)
            yield from _asked(source, ("period", dimension), Grain.YEAR)
    yield from _asked(source, ("department", "purpose", "recruitment", "stage"), Grain.YEAR)


def _asked(
    source: Feed | None, dimensions: tuple[str, ...], grain: Grain, basis: DateBasis | None = None
) -> Iterator[Query]:
    """Of all measures that can be told so, some at a time."""
    fit = [measure for measure in HELD if _fits(source, measure, dimensions, basis)]
    for at in range(0, len(fit), _TOGETHER):
        measures = tuple(fit[at : at + _TOGETHER])
        yield Query(measures=measures, dimensions=dimensions, grain=grain, source=source, date_basis=basis)


def _fits(source: Feed | None, measure: str, dimensions: tuple[str, ...], basis: DateBasis | None) -> bool:
    asked = Query(measures=(measure,), dimensions=dimensions, source=source, date_basis=basis)
    try:
        checked(asked)
    except QuestionInvalid:
        return False
    return holds(asked)


async def differences(session: AsyncSession, held: Held, asked: Query) -> list[Difference]:
    """In the session's snapshot, of which ``held`` is."""
    sql, cube = await StatisticsService(session).query(asked), counted(asked, held.facts)
    found = _compared(asked, _cells(cube), {row.codes: row.values for row in sql.rows})
    return found + _compared(asked, {(): cube.totals}, {(): sql.totals})


def _cells(told: Counted) -> dict[tuple[str, ...], tuple[int, ...]]:
    return dict(zip(told.words, told.values, strict=True))


def _compared(
    asked: Query, cube: dict[tuple[str, ...], tuple[int, ...]], sql: dict[tuple[str, ...], tuple[int, ...]]
) -> list[Difference]:
    none: Sequence[int] = (0,) * len(asked.measures)
    return [
        Difference(asked, measure, codes, one, other)
        for codes in sorted(cube.keys() | sql.keys())
        for measure, one, other in zip(
            asked.measures, cube.get(codes, none), sql.get(codes, none), strict=True
        )
        if one != other
    ]
