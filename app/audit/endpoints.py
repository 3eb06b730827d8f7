"""Routes of the audit log. To read it is an act like any other, and is witnessed."""

from base64 import b64encode
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime

from app.audit.acts import ActKind, thing
from app.audit.entries import EntryFilter, EntryService
from app.audit.errors import ProofUnclear
from app.audit.log import MerkleLog
from app.audit.sessions import AuditReading, audit_of
from app.audit.unusual import unusual_readings
from app.db.engine import ReadDep
from app.security.callers import Auditor, ProofReader
from schemas.audit import AuditEntryItem, LogKey, LogKeys, LogProof, UnusualReadingItem
from schemas.pagination import Page

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Position = Annotated[int | None, Query(ge=0, lt=2**63)]
After = Annotated[int, Query(ge=-1, lt=2**63, description="`next` de la página anterior / of the last page")]
Limit = Annotated[int, Query(ge=1, le=500, description="Elementos por página / items in a page")]
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
_NOTE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}}
}


def merkle_of(request: Request) -> MerkleLog:
    log: MerkleLog = request.app.state.merkle
    return log


async def settle(request: Request, caller: Auditor) -> None:
    """What was committed before this request has its position in the answer."""
    await merkle_of(request).sequence()


def entry_filter(
    actor: Word = None,
    officer: Word = None,
    kind: ActKind | None = None,
    object_: Annotated[
        str | None, Query(alias="object", max_length=290, pattern=r"^[a-z_]{1,30}/[A-Za-z0-9._:%-]{1,250}$")
    ] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to", description="Excluido / excluded")] = None,
) -> EntryFilter:
    objects = None if object_ is None else (object_,)
    return EntryFilter(actor, officer, kind and kind.value, objects, since, until)


@router.get("/entries", summary="Quién hizo qué / who did what", dependencies=[Depends(settle)])
async def get_entries(
    request: Request,
    caller: Auditor,
    reading: AuditReading,
    wanted: Annotated[EntryFilter, Depends(entry_filter)],
    after: After = -1,
    limit: Limit = 100,
) -> Page[AuditEntryItem]:
    page = await EntryService(reading.session, audit_of(request)).entries(wanted, after, limit)
    await reading.witness(*(wanted.objects or ()))
    return page


@router.get(
    "/persons/{person_id}/accesses",
    summary="Quién vio los datos de una persona / who was told of a person",
    dependencies=[Depends(settle)],
)
async def get_accesses(
    request: Request,
    caller: Auditor,
    reading: AuditReading,
    person_id: UUID,
    after: After = -1,
    limit: Limit = 100,
) -> Page[AuditEntryItem]:
    """También bajo los ids que se unieron en el suyo, o de los que se separó.

    Under the ids merged into hers too, and those it was split from.
    """
    page = await EntryService(reading.session, audit_of(request)).accesses(person_id, after, limit)
    await reading.witness(thing("person", person_id))
    return page


@router.get("/unusual-readings", summary="Lecturas inusuales / unusual readings")
async def get_unusual(
    caller: Auditor, reading: AuditReading, after: After = -1, limit: Limit = 100
) -> Page[UnusualReadingItem]:
    """Quién abrió en un día más identidades que el límite o que lo suyo de siempre; `officer` ausente: todos
    los de la institución.

    Who opened more identities in a day than the limit or than their own past; no `officer`: all of a client.
    """
    rows = await unusual_readings(reading.session, after, limit + 1)
    items = tuple(UnusualReadingItem(**row) for row in rows[:limit])
    await reading.witness(*(thing("unusual_reading", each.position) for each in items))
    return Page(items=items, next=str(items[-1].position) if len(rows) > limit else None)


@router.get(
    "/checkpoint",
    summary="El último punto de control firmado / the newest signed checkpoint",
    response_class=PlainTextResponse,
    responses=_NOTE,
)
async def get_checkpoint(request: Request, caller: ProofReader, session: ReadDep) -> PlainTextResponse:
    """En la forma C2SP tlog-checkpoint. Guárdelo: con él se comprueba la bitácora de mañana.

    In the form of C2SP tlog-checkpoint. Keep it: tomorrow's log is checked with it.
    """
    return PlainTextResponse(await merkle_of(request).last(session))


@router.get("/keys", summary="Claves públicas que firmaron la bitácora / public keys that signed the log")
async def get_keys(request: Request, caller: ProofReader, session: ReadDep) -> LogKeys:
    """Desde y hasta qué tamaño firmó cada una, y el relevo con que empezó, que firmaron ella y la anterior.

    From and until which size each signed, and the handover by which it began, signed by it and the former.
    """
    terms = (await merkle_of(request).succession(session)).terms
    return LogKeys(
        keys=tuple(
            LogKey(key=str(term.key), begins=term.begins, ends=term.ends, handover=term.handover)
            for term in terms
        )
    )


@router.get("/proof", summary="Prueba de inclusión o de continuidad / proof of inclusion or consistency")
async def get_proof(  # noqa: PLR0913, PLR0917  one parameter of the query string each
    request: Request,
    caller: ProofReader,
    session: ReadDep,
    position: Position = None,
    size: Position = None,
    old: Annotated[int | None, Query(alias="from", ge=0, lt=2**63)] = None,
    new: Annotated[int | None, Query(alias="to", ge=0, lt=2**63)] = None,
) -> LogProof:
    """`position` (y `size`): que el asiento está en su lugar. `from` (y `to`): que la bitácora continúa.

    `position` (and `size`): that the entry stands where it does. `from` (and `to`): that the log continues.
    """
    log = merkle_of(request)
    if position is not None and old is None and new is None:
        proof = await log.inclusion(session, position, size)
    elif old is not None and position is None and size is None:
        proof = await log.consistency(session, old, new)
    else:
        raise ProofUnclear
    leaf = None if proof.leaf is None else b64encode(proof.leaf).decode()
    hashes = tuple(b64encode(each).decode() for each in proof.hashes)
    return LogProof(size=proof.size, leaf=leaf, hashes=hashes)
