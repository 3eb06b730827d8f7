"""The first cut of the statistics: sources and the reconciled truth side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import lima_day
from app.models.feeds import FEED_ORDER
from app.registry.errors import PeriodBackwards
from app.security.reach import EVERYTHING, Reach
from app.statistics.asking import checked, inside
from app.statistics.counting import Counting
from app.statistics.indicators import unstated
from app.statistics.memory import Memory
from app.statistics.periods import cut, running
from app.statistics.readers import refuse_one_feed
from app.statistics.repository import Standing, StatisticsRepository
from schemas import query as questions
from schemas.query import Answer, Query
from schemas.statistics import (
    CallFigures,
    FamilyFigures,
    FeedFigures,
    Overview,
    ReconciledFigures,
    UndatedFigures,
)
from schemas.vocabulary import CallCategory, Feed, OffenceFamily

BASIS_ES: Final = (
    "Denuncias y llamadas: por fecha de registro; carpetas y expedientes: por su primer registro. "
    "Casos y victimizaciones: por el primer reporte del caso. "
    "Víctimas, imputados y procesados: personas distintas, por el primer reporte que las nombra como tales. "
    "Sentenciados: por fecha de la condena que sigue en pie. Registros anulados: fuera de toda cuenta. "
    "Lo que no tiene fecha no entra en un periodo con límites y se informa aparte. "
    "Lo que una fuente no puede decir (not_available) va sin cifra, que no es cero."
)
BASIS_EN: Final = (
    "Complaints and calls: by date of registration; files: by their first registration. "
    "Cases and victimisations: by the case's first report. "
    "Victims, suspects and accused: distinct persons, by the first report that names them so. "
    "Convicted: by the date of the conviction that stands. Annulled records: in no count. "
    "What has no date is in no bounded period and is told apart. "
    "What a feed cannot state (not_available) has no figure, which is no zero."
)
UNITS: Final = tuple(UndatedFigures.model_fields)


@dataclass(frozen=True, slots=True)
class Figure:
    counted: int
    undated: int


Figures = Mapping[tuple[str, str, str | int | None], Figure]
"""By unit, family, and the feed or feeds that it is told by."""


class StatisticsService:
    """With a memory, what was counted before and is unchanged is not counted again.

    ``reach`` is that of the caller, whose session sees no more either.
    """

    def __init__(
        self, session: AsyncSession, memory: Memory | None = None, reach: Reach = EVERYTHING
    ) -> None:
        self._session = session
        self._reach = reach
        self._memory = memory or Memory()

    async def overview(
        self, since: date | None, until: date | None, unfinished: tuple[str, ...] = ()
    ) -> Overview:
        """Both days are included; ``unfinished`` is told of the period that they are. Raises PeriodBackwards
        when ``until`` is before ``since``, OwnFiguresOnly for who reaches single feeds."""
        refuse_one_feed(self._reach)
        if since is not None and until is not None and until < since:
            raise PeriodBackwards
        told = await self._overview(since, until)
        return told.model_copy(update={"unfinished": unfinished})

    async def _overview(self, since: date | None, until: date | None) -> Overview:
        """Without what is told of the day of the question: that is not remembered."""
        repository = StatisticsRepository(self._session, since, until, self._reach.department)
        if not self._reach.registry:
            return await self._counted(repository, since, until)
        mark = await repository.mark()
        found = self._memory.recall(mark, (since, until))
        if found is None:
            found = await self._counted(repository, since, until)
            self._memory.keep(mark, (since, until), found)
        return found

    async def query(self, query: Query, today: date | None = None) -> Answer:
        """Counted in the session, all of it in one statement. Raises QuestionInvalid.

        ``today`` (of Lima) is the last day that may be asked of; without it any may, and periods have ended
        or not by the clock of the database.
        """
        query = inside(query, self._reach)
        if today is None and query.finished:
            today = lima_day((await self._session.execute(select(func.now()))).scalar_one())
        measures = checked(query, today, self._reach)
        counted = await Counting(self._session, self._reach.department).counted(query)
        day = today or lima_day(counted[0]["at"])
        cells: dict[tuple[str, ...], list[int]] = {}
        totals = [0] * len(measures)
        for row in counted:
            if row["total"]:
                totals[row["measure"]] = row["counted"]
                continue
            codes = tuple(row[f"code_{each}"] for each in range(len(query.dimensions)))
            cells.setdefault(codes, [0] * len(measures))[row["measure"]] = row["counted"]
        return Answer(
            query=query,
            measures=measures,
            rows=tuple(questions.Row(codes=codes, values=tuple(cells[codes])) for codes in sorted(cells)),
            totals=tuple(totals),
            unfinished=running(query, cells, day),
            partial=cut(query, cells, day),
            position=counted[0]["position"],
            counted_at=counted[0]["at"],
        )

    async def facts(
        self, measure: str, dimensions: Sequence[str], since: date, until: date
    ) -> Sequence[Row[Any]]:
        """(key, family, day, codes) of each thing that ``measure`` counts within the bounds: what an answer
        is added up from. Ids, and exact: for releases, which keep them, and never for an answer."""
        return await Counting(self._session).facts(measure, dimensions, since, until)

    async def undated(self, measure: str) -> Mapping[str, int]:
        """By offence family ("" where it is told by none), how many things that ``measure`` counts have no
        date of its basis: they are not in ``facts``, whatever the bounds."""
        return await Counting(self._session).undated(measure)

    async def standing(self) -> Standing:
        return await StatisticsRepository(self._session, None, None).standing()

    async def _counted(
        self, repository: StatisticsRepository, since: date | None, until: date | None
    ) -> Overview:
        figures = _figures(await repository.figures())
        return Overview(
            since=since,
            until=until,
            basis_es=BASIS_ES,
            basis_en=BASIS_EN,
            families=tuple(_family(figures, family) for family in OffenceFamily),
            calls=_calls(await repository.calls()),
        )


def _figures(rows: Iterable[RowMapping]) -> Figures:
    return {
        (row["unit"], row["family"], row["feed"] or row["feeds"]): Figure(
            int(row["counted"]), int(row["undated"])
        )
        for row in rows
    }


def _family(figures: Figures, family: OffenceFamily) -> FamilyFigures:
    known_by = {
        bits: found for (unit, of, bits), found in figures.items() if (unit, of) == ("victims", family)
    }
    counted = {unit: _counted(figures, unit, family) for unit in UNITS}
    undated = {unit: _of(figures, unit, family).undated for unit in UNITS}
    return FamilyFigures(
        offence_family=family,
        reconciled=ReconciledFigures(
            **counted | {"victims": sum(found.counted for found in known_by.values())},
            victims_by_feeds={
                format(bits, "04b"): known_by[bits].counted
                for bits in sorted((bits for bits in known_by if isinstance(bits, int)), reverse=True)
                if known_by[bits].counted
            },
        ),
        undated=UndatedFigures(**undated | {"victims": sum(found.undated for found in known_by.values())}),
        feeds=tuple(_feed(figures, family, feed) for feed in FEED_ORDER),
    )


def _feed(figures: Figures, family: OffenceFamily, feed: Feed) -> FeedFigures:
    missing = unstated(feed)
    return FeedFigures(
        feed=feed,
        records=_counted(figures, "records", family, feed),
        victim_mentions=_counted(figures, "victim_mentions", family, feed),
        victims=_counted(figures, "feed_victims", family, feed),
        suspects=_counted(figures, "feed_suspects", family, feed),
        convicted=None if "convicted" in missing else _counted(figures, "feed_convicted", family, feed),
        not_available=missing,
    )


def _of(figures: Figures, unit: str, family: OffenceFamily, feed: Feed | None = None) -> Figure:
    return figures.get((unit, family.value, feed.value if feed else None), Figure(0, 0))


def _counted(figures: Figures, unit: str, family: OffenceFamily, feed: Feed | None = None) -> int:
    return _of(figures, unit, family, feed).counted


def _calls(rows: Iterable[RowMapping]) -> CallFigures:
    held = list(rows)

    def derived(derivation: str) -> int:
        return sum(
            row["counted"]
            for row in held
            if (row["category"], row["derivation"]) == (CallCategory.COMPLAINT, derivation)
        )

    def of_category(category: CallCategory | None) -> int:
        return sum(row["counted"] for row in held if row["category"] == category)

    return CallFigures(
        by_category={category: of_category(category) for category in CallCategory},
        category_unknown=of_category(None),
        derived_within_3_hours=derived("derived_within_3_hours"),
        derived_late=derived("derived_late"),
        derived_unmeasured=derived("derived_unmeasured"),
        not_derived=derived("not_derived"),
        undated=sum(row["undated"] for row in held),
    )
