"""Routes of the statistics."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.db.engine import ReadDep
from app.security.callers import ExactReader, StatisticsReader
from app.statistics.indicators import catalogue
from app.statistics.memory import Memory
from app.statistics.published.comparing import published
from app.statistics.service import StatisticsService
from schemas import query as questions
from schemas.indicators import Indicators
from schemas.published import Published
from schemas.statistics import Overview

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])


@router.get("/overview", summary="Fuentes y verdad reconciliada, lado a lado / sources and reconciled truth")
async def overview(
    request: Request,
    caller: StatisticsReader,
    session: ReadDep,
    since: Annotated[date | None, Query(alias="from", description="Incluido / included")] = None,
    until: Annotated[date | None, Query(alias="to", description="Incluido / included")] = None,
) -> Overview:
    memory: Memory = request.app.state.statistics
    return await StatisticsService(session, memory).overview(since, until)


@router.get("/indicators", summary="Qué cuenta cada cifra / what each figure counts")
async def indicators(caller: StatisticsReader) -> Indicators:
    return catalogue()


@router.get(
    "/published", summary="Lo publicado y sus desacuerdos / what was published and where it disagrees"
)
async def published_figures(caller: StatisticsReader) -> Published:
    return published()


@router.post("/query", summary="Cifras exactas, por lo que se pida / exact figures, by what is asked")
async def query(caller: ExactReader, session: ReadDep, asked: questions.Query) -> questions.Answer:
    return await StatisticsService(session).query(asked)
