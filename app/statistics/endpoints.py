"""Routes of the statistics."""

from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from app.db.engine import ReadDep
from app.security.callers import ExactReader, StatisticsReader
from app.statistics.cube.service import Cube
from app.statistics.indicators import catalogue
from app.statistics.memory import Memory
from app.statistics.published.comparing import published
from app.statistics.service import StatisticsService
from app.statistics.tables import as_csv, as_parquet, as_xlsx
from schemas import query as questions
from schemas.base import IsoDay
from schemas.indicators import Indicators
from schemas.published import Published
from schemas.statistics import Overview

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])


@router.get("/overview", summary="Fuentes y verdad reconciliada, lado a lado / sources and reconciled truth")
async def overview(
    request: Request,
    caller: StatisticsReader,
    session: ReadDep,
    since: Annotated[IsoDay | None, Query(alias="from", description="Incluido / included")] = None,
    until: Annotated[IsoDay | None, Query(alias="to", description="Incluido / included")] = None,
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


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


_TABLES: Final = {
    Format.CSV: (as_csv, "text/csv"),
    Format.XLSX: (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    Format.PARQUET: (as_parquet, "application/vnd.apache.parquet"),
}


_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media_type: {} for _, media_type in _TABLES.values()}}
}


async def _answered(request: Request, asked: questions.Query, form: Format) -> Response:
    cube: Cube = request.app.state.cube
    write, media_type = _TABLES.get(form, (None, "application/json"))
    return Response(await cube.answered(asked, form, write), media_type=media_type)


@router.post(
    "/query",
    summary="Cifras exactas, por lo que se pida / exact figures, by what is asked",
    response_model=questions.Answer,
    responses=_FORMS,
)
async def query(
    request: Request,
    caller: ExactReader,
    asked: questions.Query,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    return await _answered(request, asked, form)


@router.get(
    "/query",
    summary="Una cifra exacta, sin filtros / one exact figure, without filters",
    response_model=questions.Answer,
    responses=_FORMS,
)
async def simple_query(
    request: Request,
    caller: ExactReader,
    measure: str,
    by: Annotated[tuple[str, ...], Query(max_length=4)] = (),
    grain: questions.Grain = questions.Grain.YEAR,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    return await _answered(request, questions.Query(measures=(measure,), dimensions=by, grain=grain), form)
