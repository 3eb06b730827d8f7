"""Printed figures beside the registry's."""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.security.reach import EVERYTHING, Reach
from app.statistics.cube.answering import counted
from app.statistics.cube.measures import holds
from app.statistics.cube.refreshing import Held
from app.statistics.published.comparing import published
from app.statistics.published.counterparts import (
    FAMILY,
    Asked,
    compared,
    counterpart,
    with_registry,
    within,
)
from app.statistics.published.repository import PublishedRepository
from app.statistics.service import StatisticsService
from schemas.published import Compared, Comparison, Disagreement, Published
from schemas.query import Query
from schemas.vocabulary import Feed

Counted = tuple[int, Mapping[str, int]]  # the total, and by code


class PublishedService:
    """Wants a session that sees one snapshot. ``reach``: that of the caller. ``held``: the facts of every
    feed, of that same snapshot; without them all is counted in SQL, and comes out the same."""

    def __init__(
        self,
        session: AsyncSession,
        reach: Reach = EVERYTHING,
        held: Mapping[Feed, Held] | None = None,
    ) -> None:
        self._reach = reach
        self._held = held
        self._statistics = StatisticsService(session, reach=reach)
        self._repository = PublishedRepository(session, reach.department)

    async def compared(self, printed: Published | None = None) -> Compared:
        """``printed``: by default what the product carries."""
        printed = printed or published()
        pairs = [(figure, counterpart(figure)) for figure in printed.figures]
        found = [(figure, wanted) for figure, wanted in pairs if within(figure, wanted, self._reach)]
        counts = {
            each: await self._counted(each)
            for each in dict.fromkeys(wanted.asked for _, wanted in found)
            if each.told_to(self._reach)
        }
        comparisons = tuple(
            compared(figure, wanted, wanted.value(*counts[wanted.asked]) if wanted.asked in counts else None)
            for figure, wanted in found
        )
        mark = await self._repository.mark()
        return Compared(
            comparisons=comparisons,
            disagreements=(*self._among_themselves(printed, comparisons), *with_registry(comparisons)),
            position=mark["position"],
            counted_at=mark["at"],
        )

    def _among_themselves(
        self, printed: Published, comparisons: Sequence[Comparison]
    ) -> tuple[Disagreement, ...]:
        """Those of the figures that are told of."""
        if self._reach.registry:
            return printed.disagreements
        told = {
            (each.figure.system, each.figure.unit, each.figure.breakdown, each.figure.category)
            for each in comparisons
        }
        return tuple(
            each
            for each in printed.disagreements
            if (each.system, each.unit, each.breakdown, each.category) in told
        )

    async def _counted(self, asked: Asked) -> Counted:
        if not asked.by_query:
            by_code = await self._repository.counted(asked)
            return sum(by_code.values()), by_code
        query = Query(
            measures=(asked.measure,),
            dimensions=() if asked.dimension is None else (asked.dimension,),
            filters={"offence_family": (FAMILY,)},
            since=asked.since,
            until=asked.until,
            source=asked.system,
        )
        if self._held is not None and holds(query):
            told = await asyncio.to_thread(counted, query, self._held[asked.system].facts)
            return told.totals[0], {
                codes[0]: value for codes, (value,) in zip(told.words, told.values, strict=True)
            }
        answer = await self._statistics.query(query)
        return answer.totals[0], {row.codes[0]: row.values[0] for row in answer.rows if row.codes}
