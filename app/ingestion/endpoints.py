"""``/v1/feeds/{feed}/batches``, ``/v1/feeds/{feed}/record`` (delivery) and ``/v1/batches``."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.requests import ClientDisconnect

from adapters.base import MEDIA_TYPES, Form
from app.core.bodies import allow_body
from app.ingestion.errors import (
    BodyTooLarge,
    EncodingNotAccepted,
    FormNotAccepted,
    KeyMalformed,
    PageMalformed,
    UnknownBatch,
    UploadInterrupted,
)
from app.ingestion.landing import Arrival, Mode
from app.ingestion.service import IngestionService
from app.ingestion.single import SINGLE_FORMS
from app.security.callers import BatchReader, FeedWriter
from schemas.ingestion import BatchStatus, IssueAnswer, RecordAnswer
from schemas.pagination import Page
from schemas.vocabulary import Feed

router = APIRouter(prefix="/v1", tags=["ingestion"])

_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
SPARE_BYTES: Final = 1024 * 1024  # these routes count for themselves, and say their own limit
_CURSOR: Final = re.compile(r"(-?\d{1,10})-(\d{1,10})")
_BINARY: Final = {"type": "string", "format": "binary", "minLength": 1}
_JSON: Final[dict[str, Any]] = {}  # the feed's own contract says what stands in it
_ANY_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": _JSON if "json" in media else _BINARY} for media in MEDIA_TYPES},
    }
}
_ONE_RECORD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            media: {"schema": _JSON if "json" in media else _BINARY}
            for media, form in MEDIA_TYPES.items()
            if form in SINGLE_FORMS
        },
    }
}


def service_of(request: Request) -> IngestionService:
    """The application keeps its one in ``app.state.ingestion``."""
    service: IngestionService = request.app.state.ingestion
    return service


@router.post(
    "/feeds/{feed}/batches",
    status_code=202,
    openapi_extra=_ANY_BODY,
    summary="Entregar un archivo / deliver a file",
)
async def post_batch(
    request: Request,
    response: Response,
    feed: Feed,
    caller: FeedWriter,
    mode: Annotated[
        Mode, Query(description="`validate`: todo menos guardar / everything but keep it")
    ] = "keep",
    idempotency_key: Annotated[str | None, Header()] = None,
) -> BatchStatus:
    """Se guarda tal como llega y se traduce después; la respuesta dice dónde seguirlo.

    Kept as it arrives and translated afterwards; the answer says where to follow it. `Content-Type` decides
    the form; `Content-Encoding: gzip` is accepted. With `Idempotency-Key` a repeat gets the same answer.
    """
    service = service_of(request)
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise KeyMalformed
    arrival = Arrival(
        feed=feed,
        form=_form(request, feed, service.forms(feed)),
        client=caller.client_id,
        gzip=_is_gzip(request),
        mode=mode,
        idempotency_key=idempotency_key,
    )
    allow_body(request, service.limits.body_bytes + SPARE_BYTES)
    _refuse_declared(request, service.limits.body_bytes)
    status = await service.land(arrival, _body(request))
    response.headers["Location"] = f"/v1/batches/{status.id}"
    return status


@router.put(
    "/feeds/{feed}/record",
    openapi_extra=_ONE_RECORD,
    summary="Entregar un registro / deliver one record",
)
async def put_record(request: Request, feed: Feed, caller: FeedWriter) -> RecordAnswer:
    """Un documento, respondido en el acto con lo que fue de él y su caso.

    One document, answered at once with what became of it and its case. A record that cannot be used is
    answered with 200 and the outcome `rejected`: it was received, and is kept.
    """
    service = service_of(request)
    form = _form(request, feed, service.forms(feed) & SINGLE_FORMS)
    if _is_gzip(request):
        raise EncodingNotAccepted
    limit = service.limits.record_body_bytes
    allow_body(request, limit + SPARE_BYTES)
    _refuse_declared(request, limit)
    body = bytearray()
    async for part in _body(request):
        body += part
        if len(body) > limit:
            raise BodyTooLarge(limit=limit)
    return await service.put(Arrival(feed=feed, form=form, client=caller.client_id), bytes(body))


@router.get("/batches/{batch_id}", summary="El estado de una entrega / the state of a delivery")
async def get_batch(request: Request, batch_id: UUID, caller: BatchReader) -> BatchStatus:
    """Estado y cuentas; `received` es siempre la suma de los seis resultados.

    State and counts; `received` is always the sum of the six outcomes.
    """
    return await _visible(service_of(request), batch_id, caller)


@router.get("/batches/{batch_id}/issues", summary="Las observaciones de una entrega / its issues")
async def get_issues(
    request: Request,
    batch_id: UUID,
    caller: BatchReader,
    after: Annotated[str | None, Query(max_length=24, description="`next` de la página anterior")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[IssueAnswer]:
    """En el orden del archivo; los valores personales van enmascarados.

    In the order of the file; personal values are masked.
    """
    service = service_of(request)
    await _visible(service, batch_id, caller)
    found = await service.issues(batch_id, _place(after), limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        items=tuple(answer for _, answer in shown),
        next=f"{shown[-1][0][0]}-{shown[-1][0][1]}" if more else None,
    )


async def _visible(service: IngestionService, batch_id: UUID, caller: BatchReader) -> BatchStatus:
    """To whom the feed is not, its batches do not exist."""
    status = await service.status(batch_id)
    if not caller.serves(status.feed):
        raise UnknownBatch
    return status


def _form(request: Request, feed: Feed, accepted: frozenset[Form]) -> Form:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = MEDIA_TYPES.get(media)
    if form is None or form not in accepted:
        names = [name for name, form in MEDIA_TYPES.items() if form in accepted]
        raise FormNotAccepted(feed=feed.value, accepted=", ".join(names))
    return form


def _is_gzip(request: Request) -> bool:
    encodings = [value.strip().lower() for value in request.headers.getlist("content-encoding")]
    if encodings in ([], [""], ["identity"]):
        return False
    if encodings != ["gzip"]:
        raise EncodingNotAccepted
    return True


def _refuse_declared(request: Request, limit: int) -> None:
    """A length that is too large as declared is refused before a byte of it is read."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise BodyTooLarge(limit=limit)


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except ClientDisconnect:
        raise UploadInterrupted from None


def _place(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return (-2, 0)
    match = _CURSOR.fullmatch(cursor)
    place = (int(match[1]), int(match[2])) if match else None
    if place is None or max(map(abs, place)) >= 2**31:
        raise PageMalformed
    return place
