"""Routes of who makes releases: ask for a build, look at what was made, approve, publish, withdraw.

The officer of the header is the person whom a release names; who built it is not who approves it.
"""

import re
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response

from app.audit.acts import ActKind, thing
from app.audit.sessions import Reading, audits
from app.db.engine import ReadDep
from app.ingestion.errors import KeyMalformed
from app.releases.making.service import Ask, MakingService
from app.releases.service import Word
from app.security import scopes
from app.security.callers import OfficialCaller, ReleaseMaker, scope_missing, with_purpose
from schemas.releases import (
    BuildRequest,
    BuildStatus,
    Edition,
    PublishRequest,
    ReleasePreview,
    ReleaseStanding,
    StepRequest,
)

router = APIRouter(prefix="/v1/releases", tags=["releases"])

Period = Annotated[str, Path(max_length=7, pattern=r"^[0-9]{4}-B[1-6]$")]
Id = Annotated[str, Path(max_length=20, pattern=r"^[0-9]{4}-B[1-6]\.[1-9][0-9]{0,3}$")]
Making = Annotated[Reading, audits(ActKind.RELEASE, snapshot=False)]
Looking = Annotated[Reading, audits(ActKind.RELEASE)]
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


def _service(request: Request) -> MakingService:
    service: MakingService = request.app.state.services.making
    return service


def _word(request: Request, caller: OfficialCaller, of: str, reason: str) -> Word:
    """What the ledger keeps; the audit log keeps it too, for what it was said."""
    said = with_purpose(request, caller, of, reason).purpose
    return Word(said.officer, said.reason)


@router.post(
    "/{period}/builds", status_code=202, summary="Preparar un bimestre, en la cola / build a bimester, queued"
)
async def post_build(  # noqa: PLR0913, PLR0917
    request: Request,
    response: Response,
    caller: ReleaseMaker,
    making: Making,
    period: Period,
    asked: BuildRequest,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> BuildStatus:
    """La versión siguiente, de una foto del registro. La respuesta dice dónde seguirla; repetirla no prepara
    otra. / *The next version, of one snapshot. The answer says where to follow it; a repeat builds no other.*
    """
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise KeyMalformed
    word = _word(request, caller, period, asked.reason)
    ask = Ask(period, asked.public, caller.client_id, word, idempotency_key)
    told = await _service(request).ask(making.session, ask)
    await making.witness(thing("period", period), thing("build", told.id), outcome="asked")
    response.headers["Location"] = f"/v1/releases/builds/{told.id}"
    return told


@router.get("/builds", summary="Lo que se pidió preparar, lo último primero / builds asked for, latest first")
async def get_builds(request: Request, caller: ReleaseMaker, session: ReadDep) -> tuple[BuildStatus, ...]:
    return await _service(request).builds(session)


@router.get("/builds/{build_id}", summary="Cómo va una preparación / where a build stands")
async def get_build(request: Request, caller: ReleaseMaker, session: ReadDep, build_id: UUID) -> BuildStatus:
    return await _service(request).build(session, build_id)


@router.get(
    "/steps", summary="Toda publicación y su paso, salga o no / every release and its step, out or not"
)
async def get_steps(request: Request, caller: ReleaseMaker, session: ReadDep) -> tuple[ReleaseStanding, ...]:
    return await _service(request).standings(session)


@router.get(
    "/{release}/preview", summary="Qué se firmaría y qué cambia / what would be signed, what it changes"
)
async def get_preview(
    request: Request,
    caller: ReleaseMaker,
    looking: Looking,
    release: Id,
    edition: Annotated[Edition, Query()] = Edition.PUBLIC,
) -> ReleasePreview:
    """Antes de aprobar: las tablas de una edición y cada celda que cambia de la versión anterior.

    *Before it is approved: the tables of one edition, and every cell that differs from the version before.*
    """
    if edition is Edition.RESTRICTED and not caller.may(scopes.RELEASES_RESTRICTED):
        raise scope_missing(request, scopes.RELEASES_RESTRICTED)
    told = await _service(request).preview(looking.session, release, edition)
    await looking.witness(thing("release", release), thing("edition", edition.value), outcome="previewed")
    return told


@router.post(
    "/{release}/approve", summary="Aprobar y firmar; otra persona / approve and sign; another person"
)
async def post_approve(
    request: Request, caller: ReleaseMaker, making: Making, release: Id, asked: StepRequest
) -> ReleaseStanding:
    """Nunca quien la preparó. / *Never who built it.*"""
    word = _word(request, caller, release, asked.reason)
    return await _done(making, await _service(request).approve(making.session, release, word), "approved")


@router.post("/{release}/publish", summary="Publicar: sale a su hora / publish: it is out at its hour")
async def post_publish(
    request: Request, caller: ReleaseMaker, making: Making, release: Id, asked: PublishRequest
) -> ReleaseStanding:
    """`at` puede ser más tarde que el calendario, nunca antes. / *`at` may be later than the calendar.*"""
    word = _word(request, caller, release, asked.reason)
    told = await _service(request).publish(making.session, release, word, asked.at)
    return await _done(making, told, "published")


@router.post(
    "/{release}/withdraw", summary="Retirar: sus cifras ya no se sirven / withdraw: it is not served"
)
async def post_withdraw(
    request: Request, caller: ReleaseMaker, making: Making, release: Id, asked: StepRequest
) -> ReleaseStanding:
    word = _word(request, caller, release, asked.reason)
    return await _done(making, await _service(request).withdraw(making.session, release, word), "withdrawn")


async def _done(making: Reading, told: ReleaseStanding, outcome: str) -> ReleaseStanding:
    await making.witness(thing("release", told.release), outcome=outcome)
    return told
