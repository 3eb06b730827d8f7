"""Identities, urgent access and notices. Case and reason stand in the body, the officer in a header."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.audit.acts import ActKind, thing
from app.audit.sessions import IdentityReading, Reading, audits
from app.audit.unusual import UnusualReadings
from app.core.clock import Clock
from app.reconciliation.redirected import EntityMoved
from app.registry.break_glass import BreakGlassService
from app.registry.identity import IdentityService
from app.security import scopes
from app.security.callers import (
    GlassReviewer,
    GlassTaker,
    GlassWatcher,
    IdentityOfficer,
    NoticeReader,
    PurposedCaller,
    glass_held,
    scope_missing,
    widened,
    with_purpose,
)
from app.security.pace import IdentityPace
from app.security.sealing import Sealer
from schemas.access import Asking, GlassAccess, GlassAsking, GlassReview, NoticeItem, PersonIdentity
from schemas.vocabulary import Feed

router = APIRouter(prefix="/v1", tags=["identity"])

Breaking = Annotated[Reading, audits(ActKind.BREAK_GLASS, snapshot=False)]
Watching = Annotated[Reading, audits(ActKind.BREAK_GLASS)]
Limit = Annotated[int, Query(ge=1, le=500)]


async def identity_asking(
    request: Request, caller: IdentityOfficer, person_id: UUID, asked: Asking
) -> PurposedCaller:
    """Before any session is taken: the purpose of the body, the right or urgent access, and the pace."""
    purposed = with_purpose(request, caller, asked.case, asked.reason)
    if await glass_held(request, purposed, "person"):
        purposed = widened(request, purposed)
    elif not purposed.may(scopes.IDENTITY_READ):
        raise scope_missing(request, scopes.IDENTITY_READ)
    pace: IdentityPace = request.app.state.services.identity_pace
    unusual: UnusualReadings = request.app.state.services.unusual
    try:
        await pace.spend(purposed.client_id, purposed.officer)
    finally:  # what is refused was tried, and counts
        await unusual.look(purposed.client_id, purposed.officer)
    return purposed


@router.post("/persons/{person_id}/identity", summary="Quién es una persona / who a person is")
async def open_identity(
    request: Request,
    caller: Annotated[PurposedCaller, Depends(identity_asking)],
    reading: IdentityReading,
    person_id: UUID,
) -> PersonIdentity:
    """Nombres, documentos y fechas de nacimiento tal como los da cada registro. Queda anotado antes de
    responder, con quién, para qué caso y por qué.

    Names, documents and birth dates as each record gives them. Noted before it is answered, with who, for
    which case and why.
    """
    try:
        found = await IdentityService(reading.session, _sealer(request)).open(person_id, caller.reach)
    except EntityMoved as moved:
        moved.headers["Location"] += "/identity"
        raise
    await reading.witness(thing("person", person_id))
    return found


@router.post("/break-glass", status_code=201, summary="Acceso de urgencia / urgent access")
async def take_glass(
    request: Request, response: Response, caller: GlassTaker, reading: Breaking, asked: GlassAsking
) -> GlassAccess:
    """Tres horas, una persona o un caso. Se avisa a las instituciones dueñas y lo revisa otra persona en 24
    horas; sin revisión a tiempo no hay otro. Pedirlo de nuevo mientras dura da el mismo (200).

    Three hours, one person or case. The owning institutions are told, and another person reviews it within
    24 hours; unless reviewed in time there is no other. Asking again while it lasts gives the same one (200).
    """
    purposed = with_purpose(request, caller, asked.case, asked.reason)
    found, fresh = await _service(request, reading).take(purposed, asked.kind, asked.id)
    response.status_code = 201 if fresh else 200
    await reading.witness(thing("break_glass", found.id), thing(asked.kind, asked.id), outcome="taken")
    return found


@router.get("/break-glass", summary="Accesos de urgencia por revisar / urgent access to review")
async def list_glass(
    request: Request, caller: GlassWatcher, reading: Watching, pending: bool = True, limit: Limit = 100
) -> tuple[GlassAccess, ...]:
    found = await _service(request, reading).all(pending=pending, limit=limit)
    await reading.witness(*(thing("break_glass", each.id) for each in found))
    return found


@router.post("/break-glass/{glass_id}/revoke", summary="Terminarlo antes / end it early")
async def revoke_glass(
    request: Request, caller: GlassTaker, reading: Breaking, glass_id: UUID
) -> GlassAccess:
    found = await _service(request, reading).revoke(caller, caller.officer, glass_id)
    await reading.witness(thing("break_glass", glass_id), outcome="revoked")
    return found


@router.post("/break-glass/{glass_id}/review", summary="La palabra de otra persona / another person's word")
async def review_glass(
    request: Request, caller: GlassReviewer, reading: Breaking, glass_id: UUID, said: GlassReview
) -> GlassAccess:
    purposed = with_purpose(request, caller, said.case, said.reason)
    found = await _service(request, reading).review(purposed, glass_id, said.verdict)
    await reading.witness(thing("break_glass", glass_id), outcome=said.verdict)
    return found


@router.get("/notices", summary="Avisos a una institución / notices to an institution")
async def get_notices(
    request: Request,
    caller: NoticeReader,
    reading: Watching,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Limit = 100,
) -> tuple[NoticeItem, ...]:
    """Quién tomó acceso de urgencia a registros de la institución, a qué, cuándo y por qué.

    Who took urgent access to records of the institution, to what, when and why.
    """
    feeds = [feed for feed in Feed if caller.serves(feed)]
    found = await _service(request, reading).notices(feeds, after, limit)
    await reading.witness(*(thing("break_glass", each.access.id) for each in found))
    return found


def _service(request: Request, reading: Reading) -> BreakGlassService:
    clock: Clock = request.app.state.clock
    return BreakGlassService(reading.session, _sealer(request), clock)


def _sealer(request: Request) -> Sealer:
    sealer: Sealer = request.app.state.services.sealer
    return sealer
