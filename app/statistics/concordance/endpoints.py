"""Route of the concordance."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.security.callers import ExactReader
from app.statistics.concordance.service import ConcordanceService
from app.statistics.readers import FiguresDep
from schemas.base import IsoDay
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
    since: Annotated[IsoDay | None, Query(alias="from", description="Incluido / included")] = None,
    until: Annotated[IsoDay | None, Query(alias="to", description="Incluido / included")] = None,
    family: OffenceFamily = OffenceFamily.TRAFFICKING,
    date_basis: Annotated[
        DateBasis, Query(description="De lo que comenzó: report o facts / of what began: report or facts")
    ] = DateBasis.REPORT,
) -> Concordance:
    return await ConcordanceService(session, caller.reach).concordance(family, since, until, date_basis)
