"""Route of the concordance."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.db.engine import ReadDep
from app.security.callers import WholeExactReader
from app.statistics.concordance.service import ConcordanceService
from schemas.base import IsoDay
from schemas.concordance import Concordance
from schemas.vocabulary import OffenceFamily

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])


@router.get(
    "/concordance",
    summary="Quién conoce qué, en cuánto tiempo, qué se pierde / who knows of what, how long, what is lost",
)
async def concordance(
    caller: WholeExactReader,
    session: ReadDep,
    since: Annotated[IsoDay | None, Query(alias="from", description="Incluido / included")] = None,
    until: Annotated[IsoDay | None, Query(alias="to", description="Incluido / included")] = None,
    family: OffenceFamily = OffenceFamily.TRAFFICKING,
) -> Concordance:
    return await ConcordanceService(session).concordance(family, since, until)
