"""Routes of the registry. Identities never leave through here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.audit.acts import record_thing, thing
from app.audit.sessions import CaseReading, PersonReading
from app.core.clock import Clock
from app.db.engine import ReadDep
from app.registry.errors import CursorUnreadable
from app.registry.feeds import FeedHealthService
from app.registry.filters import CaseFilter
from app.registry.service import RegistryService
from app.security.callers import (
    CaseFileReader,
    CaseReader,
    ChangeReader,
    FeedHealthReader,
    PersonReader,
    RecordReader,
)
from app.security.sessions import ReachDep
from schemas.base import IsoDay
from schemas.pagination import Page
from schemas.registry import CaseDetail, CaseSummary, ChangePage, FeedHealth, PersonDetail, RecordDetail
from schemas.vocabulary import Feed, OffenceFamily, Stage

router = APIRouter(prefix="/v1", tags=["registry"])

Limit = Annotated[int, Query(ge=1, le=500, description="Elementos por página / items in a page")]


def case_filter(  # noqa: PLR0913, PLR0917  one parameter of the query string each
    feed: Annotated[Feed | None, Query(description="Con registros de esta fuente / with records of")] = None,
    offence: OffenceFamily | None = None,
    department: Annotated[str | None, Query(pattern=r"^[0-9]{2}$", description="UBIGEO, INEI")] = None,
    stage: Stage | None = None,
    since: Annotated[
        IsoDay | None, Query(alias="from", description="Fecha de los hechos, o del reporte")
    ] = None,
    until: Annotated[IsoDay | None, Query(alias="to")] = None,
    several_feeds: Annotated[bool | None, Query(description="En varias fuentes / in several feeds")] = None,
) -> CaseFilter:
    return CaseFilter(feed, offence, department, stage, since, until, several_feeds)


@router.get("/cases", summary="Casos reconciliados / reconciled cases")
async def list_cases(
    caller: CaseReader,
    reading: CaseReading,
    wanted: Annotated[CaseFilter, Depends(case_filter)],
    after: Annotated[str | None, Query(max_length=20)] = None,
    limit: Limit = 50,
) -> Page[CaseSummary]:
    page = await RegistryService(reading.session, caller.reach).cases(wanted, _position(after), limit)
    await reading.witness(*(thing("case", each.id) for each in page.items))
    return page


@router.get("/cases/{case_id}", summary="Un caso, con la procedencia de cada dato / one case")
async def get_case(caller: CaseFileReader, reading: CaseReading, case_id: UUID) -> CaseDetail:
    found = await RegistryService(reading.session, caller.reach).case(case_id)
    await reading.witness(thing("case", case_id), *(thing("person", each.id) for each in found.people))
    return found


@router.get("/persons/{person_id}", summary="Una persona, sin identidad / one person, without identity")
async def get_person(caller: PersonReader, reading: PersonReading, person_id: UUID) -> PersonDetail:
    found = await RegistryService(reading.session, caller.reach).person(person_id)
    await reading.witness(thing("person", person_id))
    return found


@router.get(
    "/feeds/{feed}/record",
    summary="Un registro y sus números en las otras instituciones / a record and its counterparts",
)
async def get_record(
    caller: RecordReader,
    reading: PersonReading,
    feed: Feed,
    number: Annotated[str, Query(min_length=1, max_length=200)],
) -> RecordDetail:
    found = await RegistryService(reading.session, caller.reach).record(feed, number)
    persons = {each.person_id for each in found.mentions if each.person_id is not None}
    cases = () if found.case_id is None else (thing("case", found.case_id),)
    await reading.witness(
        record_thing(feed, found.number), *cases, *(thing("person", each) for each in sorted(persons))
    )
    return found


@router.get("/changes", summary="Lo que cambió, en orden / what changed, in order")
async def get_changes(
    caller: ChangeReader,
    session: ReachDep,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Limit = 100,
) -> ChangePage:
    return await RegistryService(session, caller.reach).changes(after, limit)


@router.get("/feeds", summary="Salud de las fuentes / health of the feeds")
async def get_feeds(request: Request, caller: FeedHealthReader, session: ReadDep) -> tuple[FeedHealth, ...]:
    clock: Clock = request.app.state.clock
    return await FeedHealthService(session).feeds(clock.now(), caller.reach)


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) >= 2**63:
        raise CursorUnreadable
    return int(cursor)
