"""Routes of review: the queue, leases, decisions, splits and merges. Identities never leave through here."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import ReadDep, WriteDep
from app.reconciliation.neighbourhood import Kind
from app.reconciliation.review.queue_service import QueueFilter, ReviewQueue
from app.reconciliation.review.service import ReviewService, Tools
from app.security.callers import Caller, Reviewer
from schemas.judgements import PairKind
from schemas.pagination import Page
from schemas.review import (
    ActState,
    ItemState,
    Lease,
    Membership,
    MergeRequest,
    PairDecision,
    ReviewDecision,
    ReviewItem,
    SecondWord,
    SplitRequest,
)
from schemas.vocabulary import Feed

router = APIRouter(prefix="/v1", tags=["review"])

Name = Annotated[str, Path(max_length=60, description="`person-12-45`, `case-3-8`")]
Limit = Annotated[int, Query(ge=1, le=200, description="Elementos por página / items in a page")]
After = Annotated[str | None, Query(max_length=80)]
Preview = Annotated[bool, Query(description="Decir qué cambiaría, sin cambiarlo / tell, and change nothing")]
IfMatch = Annotated[str | None, Header(max_length=80, description="La versión de …/members / its version")]
Entities = Annotated[Literal["persons", "cases"], Path()]

_KIND: Final[dict[str, Kind]] = {"persons": "person", "cases": "case"}


def queue_filter(
    state: ItemState = ItemState.OPEN,
    kind: PairKind | None = None,
    department: Annotated[str | None, Query(pattern=r"^[0-9]{2}$", description="UBIGEO, INEI")] = None,
    feed: Feed | None = None,
) -> QueueFilter:
    return QueueFilter(state, kind, department, feed)


@router.get("/review/queue", summary="Pares dudosos, primero lo que más cambia / doubtful pairs")
async def get_queue(
    request: Request,
    caller: Reviewer,
    session: ReadDep,
    wanted: Annotated[QueueFilter, Depends(queue_filter)],
    after: After = None,
    limit: Limit = 50,
) -> Page[ReviewItem]:
    """El orden: más cifras que bajarían si fueran uno; con menores de edad; más miembros que cambiarían de
    sitio; lo más probable. / *Most figures that would fall if the two were one; minors; most members moved.*
    """
    return await _queue(request).page(session, wanted, after, limit, _reviewer(caller))


@router.get(
    "/review/decisions", summary="Decisiones de revisores, la última primero / decisions, latest first"
)
async def get_decisions(
    request: Request,
    caller: Reviewer,
    session: ReadDep,
    state: ActState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ReviewDecision]:
    return await _service(request, session, caller).decisions(state and state.value, after, limit)


@router.get("/review/decisions/{decision_id}", summary="Una decisión y qué fue de ella / a decision")
async def get_decision(
    request: Request, caller: Reviewer, session: ReadDep, decision_id: UUID
) -> ReviewDecision:
    return await _service(request, session, caller).decision(decision_id)


@router.post("/review/decisions/{decision_id}/confirm", summary="Segunda palabra: sí / second word: yes")
async def confirm(
    request: Request,
    caller: Reviewer,
    session: WriteDep,
    decision_id: UUID,
    said: SecondWord,
    preview: Preview = False,
) -> ReviewDecision:
    return await _service(request, session, caller).confirm(decision_id, said.reason, preview)


@router.post("/review/decisions/{decision_id}/dispute", summary="Segunda palabra: no / second word: no")
async def dispute(
    request: Request, caller: Reviewer, session: WriteDep, decision_id: UUID, said: SecondWord
) -> ReviewDecision:
    return await _service(request, session, caller).dispute(decision_id, said.reason)


@router.post("/review/decisions/{decision_id}/undo", summary="Deshacer una decisión / undo a decision")
async def undo(
    request: Request,
    caller: Reviewer,
    session: WriteDep,
    decision_id: UUID,
    said: SecondWord,
    preview: Preview = False,
) -> ReviewDecision:
    """Como si no se hubiera decidido: rige otra vez lo que regía antes. / *As though it never was.*"""
    return await _service(request, session, caller).undo(decision_id, said.reason, preview)


@router.get("/review/{item}", summary="Un par dudoso / a doubtful pair")
async def get_item(request: Request, caller: Reviewer, session: ReadDep, item: Name) -> ReviewItem:
    return await _queue(request).item(session, item, _reviewer(caller))


@router.post("/review/{item}/claim", summary="Tomar un par, o renovar el plazo / claim, or renew")
async def claim(request: Request, caller: Reviewer, session: WriteDep, item: Name) -> Lease:
    return await _queue(request).claim(session, item, _reviewer(caller))


@router.delete("/review/{item}/claim", status_code=204, summary="Soltar un par / let go of a pair")
async def release(request: Request, caller: Reviewer, session: WriteDep, item: Name) -> None:
    await _queue(request).release(session, item, _reviewer(caller))


@router.post("/review/{item}/decision", summary="Iguales, distintos o no se sabe / same, different, unsure")
async def decide(
    request: Request,
    caller: Reviewer,
    session: WriteDep,
    item: Name,
    said: PairDecision,
    preview: Preview = False,
) -> ReviewDecision:
    return await _service(request, session, caller).decide(item, said, preview)


@dataclass(frozen=True, slots=True)
class Target:
    """The person or case of the path, as the client read it."""

    kind: Kind
    id: UUID
    version: str | None
    preview: bool


def target(entities: Entities, entity_id: UUID, if_match: IfMatch = None, preview: Preview = False) -> Target:
    version = None if if_match is None else if_match.strip().removeprefix("W/").strip('"')
    return Target(_KIND[entities], entity_id, version, preview)


At = Annotated[Target, Depends(target)]


@router.get(
    "/{entities}/{entity_id}/members", summary="Menciones de una persona, registros de un caso / members"
)
async def get_members(
    request: Request, caller: Reviewer, session: ReadDep, response: Response, at: At
) -> Membership:
    """`ETag` es la versión que piden `split` y `merge` en If-Match. / *The ETag is what they ask for.*"""
    found = await _service(request, session, caller).members(at.kind, at.id)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.post("/{entities}/{entity_id}/split", summary="Separar una persona o un caso / split")
async def split(
    request: Request, caller: Reviewer, session: WriteDep, at: At, asked: SplitRequest
) -> ReviewDecision:
    return await _service(request, session, caller).split(at.kind, at.id, at.version, asked, at.preview)


@router.post("/{entities}/{entity_id}/merge", summary="Unir dos personas o dos casos / merge")
async def merge(
    request: Request, caller: Reviewer, session: WriteDep, at: At, asked: MergeRequest
) -> ReviewDecision:
    return await _service(request, session, caller).merge(at.kind, at.id, at.version, asked, at.preview)


def _reviewer(caller: Caller) -> str:
    return caller.client_id


def _tools(request: Request) -> Tools:
    tools: Tools = request.app.state.services.review
    return tools


def _queue(request: Request) -> ReviewQueue:
    tools = _tools(request)
    return ReviewQueue(tools.clock, tools.policy)


def _service(request: Request, session: AsyncSession, caller: Caller) -> ReviewService:
    return ReviewService(_tools(request), session, _reviewer(caller))
