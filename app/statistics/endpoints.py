"""Routes of the statistics."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.clock import Clock, lima_day
from app.security.callers import Caller, DefinitionReader, ExactReader, StatisticsReader
from app.security.sessions import reach_session
from app.statistics.asking import QuestionInvalid, filters_of, of_whole_lima
from app.statistics.cube.service import Cube, Write
from app.statistics.forms import MEDIA_TYPES, Form, chosen
from app.statistics.indicators import catalogue
from app.statistics.memory import Memory
from app.statistics.published.comparing import published
from app.statistics.readers import FiguresDep
from app.statistics.service import StatisticsService
from app.statistics.spans import SpanDep
from app.statistics.tables import as_csv, as_parquet, as_xlsx
from schemas import query as questions
from schemas.indicators import Indicators
from schemas.problems import MEDIA_TYPE
from schemas.published import Published
from schemas.statistics import Overview
from schemas.vocabulary import DateBasis, Feed

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])


@router.get("/overview", summary="Fuentes y verdad reconciliada, lado a lado / sources and reconciled truth")
async def overview(
    request: Request,
    caller: ExactReader,
    session: FiguresDep,
    days: SpanDep,
) -> Overview:
    memory: Memory = request.app.state.statistics
    return await StatisticsService(session, memory, caller.reach).overview(
        days.since, days.until, days.unfinished
    )


@router.get("/indicators", summary="Qué cuenta cada cifra / what each figure counts")
async def indicators(caller: DefinitionReader) -> Indicators:
    return catalogue()


@router.get(
    "/published", summary="Lo publicado y sus desacuerdos / what was published and where it disagrees"
)
async def published_figures(caller: StatisticsReader) -> Published:
    return published()


_TABLES: Final = {Form.CSV: as_csv, Form.XLSX: as_xlsx, Form.PARQUET: as_parquet}
"""The forms written here; those of later stages are in the application's ``answer_forms``."""
_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media_type: {} for form, media_type in MEDIA_TYPES.items() if form is not Form.JSON}},
    406: {
        "description": "En ninguna de esas formas / in none of those forms",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the answer to one request."""

    request: Request
    form: Form

    async def answer(self, caller: Caller, asked: questions.Query) -> Response:
        """Out of the cube; for a limited caller counted in a session of their reach."""
        asked = of_whole_lima(asked)
        clock: Clock = self.request.app.state.clock
        forms: Mapping[Form, Write] = self.request.app.state.answer_forms
        today, write = lima_day(clock.now()), (_TABLES | dict(forms)).get(self.form)
        if caller.reach.registry:
            cube: Cube = self.request.app.state.cube
            content = await cube.answered(asked, self.form, write, today)
        else:
            async with reach_session(self.request) as session:
                answer = await StatisticsService(session, reach=caller.reach).query(asked, today)
            content = write(answer) if write else answer.model_dump_json().encode()
        return Response(content, media_type=MEDIA_TYPES[self.form], headers={"Vary": "Accept"})


def writer(
    request: Request,
    form: Annotated[
        Form | None, Query(alias="format", description="Manda sobre Accept / wins over Accept")
    ] = None,
) -> Writer:
    return Writer(request, chosen(form, request.headers.getlist("accept")))


@router.post(
    "/query",
    summary="Cifras exactas, por lo que se pida / exact figures, by what is asked",
    response_model=questions.Answer,
    responses=_FORMS,
)
async def query(
    caller: ExactReader,
    asked: questions.Query,
    writer: Annotated[Writer, Depends(writer)],
) -> Response:
    return await writer.answer(caller, asked)


def simple_question(  # noqa: PLR0913, PLR0917  one parameter of the query string each
    days: SpanDep,
    measure: Annotated[str, Query(description="Una, o varias con comas / one, or several with commas")],
    by: Annotated[
        tuple[str, ...], Query(max_length=4, description="También con comas / also with commas")
    ] = (),
    filters: Annotated[
        tuple[str, ...],
        Query(alias="filter", max_length=20, description="department:15-metropolitana, stage:trial,filed"),
    ] = (),
    grain: Annotated[
        questions.Grain | None, Query(description="Si no, el del periodo o año / else of the period, or year")
    ] = None,
    source: Annotated[
        Feed | None, Query(description="Una de las que su definición lista / one that its definition lists")
    ] = None,
    finished: Annotated[
        bool, Query(description="Solo periodos enteros y terminados / only whole periods that have ended")
    ] = False,
    date_basis: Annotated[
        DateBasis | None, Query(description="Si no, la de la definición / else that of the definition")
    ] = None,
) -> questions.Query:
    grain = grain or days.grain or questions.Grain.YEAR
    if finished:
        days.whole(grain)
    return questions.Query(
        measures=tuple(measure.split(",")),
        dimensions=tuple(each for dimensions in by for each in dimensions.split(",")),
        filters=filters_of(filters),
        grain=grain,
        since=days.since,
        until=days.until,
        source=source,
        finished=finished,
        date_basis=date_basis,
    )


@router.get(
    "/query",
    summary="Una cifra exacta / one exact figure",
    response_model=questions.Answer,
    responses=_FORMS,
)
async def simple_query(
    caller: ExactReader,
    days: SpanDep,
    asked: Annotated[questions.Query, Depends(simple_question)],
    writer: Annotated[Writer, Depends(writer)],
) -> Response:
    with _named_as_sent(days.period is not None):
        return await writer.answer(caller, asked)


_PARAMETERS: Final = {
    "measures": "measure",
    "dimensions": "by",
    "filters": "filter",
    "since": "from",
    "until": "to",
}
"""Of fields of a question that go by another name in an address."""


@contextmanager
def _named_as_sent(period: bool) -> Iterator[None]:
    """A refusal names the parameter of the address, not the field of the question that was made of it."""
    try:
        yield
    except QuestionInvalid as refused:
        name, _, dimension = refused.field.partition(".")
        field = _PARAMETERS.get(name, name) + (f"={dimension}" if dimension else "")
        named = "period" if period and field in ("from", "to") else field
        raise QuestionInvalid(named, (refused.allowed,)) from None
