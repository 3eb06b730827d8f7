"""Route of the concordance."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.security.callers import ExactReader
from app.statistics.concordance.service import ConcordanceService
from app.statistics.readers import FiguresDep
from app.statistics.spans import SpanDep
from schemas.concordance import Concordance
from schemas.vocabulary import DateBasis, OffenceFamily

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])


@router.get(
    "/concordance",
    summary="Quién conoce qué, en cuánto tiempo, qué se pierde / who knows of what, how long, what is lost",
)
async def concordance(
    caller: ExactReader,
    session: FiguresDep,
    days: SpanDep,
    family: OffenceFamily = OffenceFamily.TRAFFICKING,
    date_basis: Annotated[
        DateBasis, Query(description="De lo que comenzó: report o facts / of what began: report or facts")
    ] = DateBasis.REPORT,
) -> Concordance:
    return await ConcordanceService(session, caller.reach).concordance(
        family, days.since, days.until, date_basis, days.unfinished
    )
