"""Routes of review: the queue, leases, decisions, splits and merges. Identities never leave through here."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.acts import ActKind, thing
from app.audit.sessions import Deciding, Reading, audits
from app.reconciliation.neighbourhood import Kind
from app.reconciliation.review.membership import ANY
from app.reconciliation.review.queue_service import QueueFilter, ReviewQueue
from app.reconciliation.review.service import ReviewService, Tools
from app.reconciliation.review.touching import touched
from app.security.callers import PurposedCaller, Reviewer
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

Looking = Annotated[Reading, audits(ActKind.PERSON_READ)]
Name = Annotated[str, Path(max_length=60, description="`person-12-45`, `case-3-8`")]
Limit = Annotated[int, Query(ge=1, le=100, description="Elementos por página / items in a page")]
After = Annotated[str | None, Query(max_length=80)]
Preview = Annotated[bool, Query(description="Decir qué cambiaría, sin cambiarlo / tell, and change nothing")]
IfMatch = Annotated[str | None, Header(max_length=80, description="La versión de …/members / its version")]


@dataclass(frozen=True, slots=True)
class Target:
    """The person or case of the path, as the client read it."""

    kind: Kind
    id: UUID
    version: str | None
    preview: bool


def case_target(case_id: UUID, if_match: IfMatch = None, preview: Preview = False) -> Target:
    return Target("case", case_id, _version(if_match, preview), preview)


def person_target(person_id: UUID, if_match: IfMatch = None, preview: Preview = False) -> Target:
    return Target("person", person_id, _version(if_match, preview), preview)


ACase = Annotated[Target, Depends(case_target)]
APerson = Annotated[Target, Depends(person_target)]


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
    reading: Looking,
    wanted: Annotated[QueueFilter, Depends(queue_filter)],
    after: After = None,
    limit: Limit = 50,
) -> Page[ReviewItem]:
    """El orden: más cifras que bajarían si fueran uno; con menores de edad; más miembros que cambiarían de
    sitio; lo más probable. / *Most figures that would fall if the two were one; minors; most members moved.*
    """
    page = await _queue(request).page(reading.session, wanted, after, limit, _judge(caller))
    await reading.witness(*dict.fromkeys(each for item in page.items for each in _sides(item)))
    return page


@router.get(
    "/review/decisions", summary="Decisiones de revisores, la última primero / decisions, latest first"
)
async def get_decisions(  # noqa: PLR0913, PLR0917  one parameter of the query string each
    request: Request,
    caller: Reviewer,
    reading: Looking,
    state: ActState | None = None,
    resting: Annotated[
        bool, Query(description="Solo las que reposan / only those that rest: `resting` > 0")
    ] = False,
    after: After = None,
    limit: Limit = 50,
) -> Page[ReviewDecision]:
    service = _service(request, reading.session, caller)
    page = await service.decisions(state and state.value, after, limit, resting)
    await reading.witness(*dict.fromkeys(each for told in page.items for each in touched(told)))
    return page


@router.get("/review/decisions/{decision_id}", summary="Una decisión y qué fue de ella / a decision")
async def get_decision(
    request: Request, caller: Reviewer, reading: Looking, decision_id: UUID
) -> ReviewDecision:
    told = await _service(request, reading.session, caller).decision(decision_id)
    await reading.witness(*touched(told))
    return told


@router.post("/review/decisions/{decision_id}/confirm", summary="Segunda palabra: sí / second word: yes")
async def confirm(
    request: Request,
    caller: Reviewer,
    deciding: Deciding,
    decision_id: UUID,
    said: SecondWord,
    preview: Preview = False,
) -> ReviewDecision:
    service = _service(request, deciding.session, caller)
    return await _witnessed(deciding, await service.confirm(decision_id, said.reason, preview))


@router.post("/review/decisions/{decision_id}/dispute", summary="Segunda palabra: no / second word: no")
async def dispute(
    request: Request, caller: Reviewer, deciding: Deciding, decision_id: UUID, said: SecondWord
) -> ReviewDecision:
    service = _service(request, deciding.session, caller)
    return await _witnessed(deciding, await service.dispute(decision_id, said.reason))


@router.post("/review/decisions/{decision_id}/undo", summary="Deshacer una decisión / undo a decision")
async def undo(
    request: Request,
    caller: Reviewer,
    deciding: Deciding,
    decision_id: UUID,
    said: SecondWord,
    preview: Preview = False,
) -> ReviewDecision:
    """Como si no se hubiera decidido: rige otra vez lo que regía antes. / *As though it never was.*"""
    service = _service(request, deciding.session, caller)
    return await _witnessed(deciding, await service.undo(decision_id, said.reason, preview))


@router.get("/review/{item}", summary="Un par dudoso / a doubtful pair")
async def get_item(request: Request, caller: Reviewer, reading: Looking, item: Name) -> ReviewItem:
    found = await _queue(request).item(reading.session, item, _judge(caller))
    await reading.witness(*_sides(found))
    return found


@router.post("/review/{item}/claim", summary="Tomar un par, o renovar el plazo / claim, or renew")
async def claim(request: Request, caller: Reviewer, deciding: Deciding, item: Name) -> Lease:
    lease = await _queue(request).claim(deciding.session, item, _judge(caller))
    await deciding.witness(thing("review_item", item), outcome="claimed")
    return lease


@router.delete("/review/{item}/claim", status_code=204, summary="Soltar un par / let go of a pair")
async def release(request: Request, caller: Reviewer, deciding: Deciding, item: Name) -> None:
    await _queue(request).release(deciding.session, item, _judge(caller))
    await deciding.witness(thing("review_item", item), outcome="released")


@router.post("/review/{item}/decision", summary="Iguales, distintos o no se sabe / same, different, unsure")
async def decide(
    request: Request,
    caller: Reviewer,
    deciding: Deciding,
    item: Name,
    said: PairDecision,
    preview: Preview = False,
) -> ReviewDecision:
    service = _service(request, deciding.session, caller)
    return await _witnessed(deciding, await service.decide(item, said, preview), thing("review_item", item))


@router.get("/persons/{person_id}/members", summary="Las menciones de una persona / mentions of a person")
async def get_person_members(
    request: Request, caller: Reviewer, reading: Looking, response: Response, at: APerson
) -> Membership:
    """`ETag` es la versión que piden `split` y `merge` en If-Match. / *The ETag is what they ask for.*"""
    return await _members(reading, _service(request, reading.session, caller), at, response)


@router.get("/cases/{case_id}/members", summary="Los registros de un caso / records of a case")
async def get_case_members(
    request: Request, caller: Reviewer, reading: Looking, response: Response, at: ACase
) -> Membership:
    """`ETag` es la versión que piden `split` y `merge` en If-Match. / *The ETag is what they ask for.*"""
    return await _members(reading, _service(request, reading.session, caller), at, response)


@router.post("/persons/{person_id}/split", summary="Separar una persona / split a person")
async def split_person(
    request: Request, caller: Reviewer, deciding: Deciding, at: APerson, asked: SplitRequest
) -> ReviewDecision:
    return await _split(deciding, _service(request, deciding.session, caller), at, asked)


@router.post("/cases/{case_id}/split", summary="Separar un caso / split a case")
async def split_case(
    request: Request, caller: Reviewer, deciding: Deciding, at: ACase, asked: SplitRequest
) -> ReviewDecision:
    return await _split(deciding, _service(request, deciding.session, caller), at, asked)


@router.post("/persons/{person_id}/merge", summary="Unir dos personas / merge two persons")
async def merge_persons(
    request: Request, caller: Reviewer, deciding: Deciding, at: APerson, asked: MergeRequest
) -> ReviewDecision:
    return await _merge(deciding, _service(request, deciding.session, caller), at, asked)


@router.post("/cases/{case_id}/merge", summary="Unir dos casos / merge two cases")
async def merge_cases(
    request: Request, caller: Reviewer, deciding: Deciding, at: ACase, asked: MergeRequest
) -> ReviewDecision:
    return await _merge(deciding, _service(request, deciding.session, caller), at, asked)


async def _members(reading: Reading, service: ReviewService, at: Target, response: Response) -> Membership:
    found = await service.members(at.kind, at.id)
    response.headers["ETag"] = f'"{found.version}"'
    await reading.witness(thing(at.kind, at.id))
    return found


async def _split(
    deciding: Reading, service: ReviewService, at: Target, asked: SplitRequest
) -> ReviewDecision:
    done = await service.split(at.kind, at.id, at.version, asked, at.preview)
    return await _witnessed(deciding, done, thing(at.kind, at.id))


async def _merge(
    deciding: Reading, service: ReviewService, at: Target, asked: MergeRequest
) -> ReviewDecision:
    done = await service.merge(at.kind, at.id, at.version, asked, at.preview)
    return await _witnessed(deciding, done, thing(at.kind, at.id), thing(at.kind, asked.other))


async def _witnessed(deciding: Reading, told: ReviewDecision, *sought: str) -> ReviewDecision:
    """The mark of a decision: whom it touched, and where it stands now."""
    await deciding.witness(*dict.fromkeys((*sought, *touched(told))), outcome=told.state.value)
    return told


def _sides(item: ReviewItem) -> tuple[str, str]:
    return thing(item.kind, item.a.entity), thing(item.kind, item.b.entity)


def _judge(caller: PurposedCaller) -> str:
    """Never the machine's name: a client's id stands before what the client says of its officer."""
    return f"{caller.client_id}/{caller.officer}"


def _tools(request: Request) -> Tools:
    tools: Tools = request.app.state.services.review
    return tools


def _queue(request: Request) -> ReviewQueue:
    tools = _tools(request)
    return ReviewQueue(tools.clock, tools.policy)


def _service(request: Request, session: AsyncSession, caller: PurposedCaller) -> ReviewService:
    return ReviewService(_tools(request), session, _judge(caller))


def _version(if_match: str | None, preview: bool) -> str | None:
    """What a preview tells of need not have been read before: it tells of what there is now."""
    if if_match is None:
        return ANY if preview else None
    return if_match.strip().removeprefix("W/").strip('"')
