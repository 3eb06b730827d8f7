"""Printed figures beside the registry's."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.statistics.published.comparing import published
from app.statistics.published.counterparts import FAMILY, Asked, compared, counterpart, with_registry
from app.statistics.published.repository import PublishedRepository
from app.statistics.service import StatisticsService
from schemas.published import Compared, Published
from schemas.query import Query

Counted = tuple[int, Mapping[str, int]]  # the total, and by code


class PublishedService:
    """Wants a session that sees one snapshot."""

    def __init__(self, session: AsyncSession) -> None:
        self._statistics = StatisticsService(session)
        self._repository = PublishedRepository(session)

    async def compared(self, printed: Published | None = None) -> Compared:
        """``printed``: by default what the product carries."""
        printed = printed or published()
        found = [(figure, counterpart(figure)) for figure in printed.figures]
        counts = {
            each: await self._counted(each)
            for each in dict.fromkeys(wanted.asked for _, wanted in found)
            if each.missing is None
        }
        comparisons = tuple(
            compared(figure, wanted, wanted.value(*counts[wanted.asked]) if wanted.asked in counts else None)
            for figure, wanted in found
        )
        mark = await self._repository.mark()
        return Compared(
            comparisons=comparisons,
            disagreements=(*printed.disagreements, *with_registry(comparisons)),
            position=mark["position"],
            counted_at=mark["at"],
        )

    async def _counted(self, asked: Asked) -> Counted:
        if not asked.by_query:
            by_code = await self._repository.counted(asked)
            return sum(by_code.values()), by_code
        answer = await self._statistics.query(
            Query(
                measures=(asked.measure,),
                dimensions=() if asked.dimension is None else (asked.dimension,),
                filters={"offence_family": (FAMILY,)},
                since=asked.since,
                until=asked.until,
                source=asked.system,
            )
        )
        return answer.totals[0], {row.codes[0]: row.values[0] for row in answer.rows if row.codes}
