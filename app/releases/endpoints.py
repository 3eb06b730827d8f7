"""Routes of releases: INEI's walk, and everybody's with a token."""

from base64 import b64encode
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from app.audit.acts import ActKind, thing
from app.audit.sessions import Reading, audits
from app.core.clock import Clock, lima_day
from app.db.engine import ReadDep, ReadSession
from app.releases.calendar import calendar_of
from app.releases.conditional import held_already, not_modified, validators
from app.releases.errors import NotReleased
from app.releases.open_data.tables import as_csv, as_parquet, lines_of
from app.releases.reading import PublishedReader
from app.releases.service import ReleaseService
from app.releases.standard import TABLES
from app.releases.visible import Visible
from app.security import scopes
from app.security.callers import Caller, ReleaseReader, scope_missing
from schemas.pagination import Page
from schemas.releases import (
    CalendarEntry,
    Edition,
    Release,
    ReleaseChanges,
    ReleaseKey,
    ReleaseTable,
)

router = APIRouter(prefix="/v1/releases", tags=["releases"])

Id = Annotated[
    str,
    Path(
        max_length=20,
        pattern=r"^[0-9]{4}-B[1-6](\.[1-9][0-9]{0,3})?$",
        description="2026-B5.1, o 2026-B5: su última versión / or 2026-B5: its latest version",
    ),
]
TableId = Annotated[str, Path(max_length=60, pattern=r"^[a-z_]+(-[a-z_]+)*$")]
Releasing = Annotated[Reading, audits(ActKind.RELEASE)]


async def _edition(
    request: Request,
    caller: ReleaseReader,
    edition: Annotated[Edition, Query(description="`restricted`: exacta / exact")] = Edition.PUBLIC,
) -> Edition:
    """The restricted one needs its scope, whatever there is to be read."""
    if edition is Edition.RESTRICTED and not caller.may(scopes.RELEASES_RESTRICTED):
        raise scope_missing(request, scopes.RELEASES_RESTRICTED)
    return edition


Of = Annotated[Edition, Depends(_edition)]


def _reader(request: Request, caller: Caller, session: ReadSession) -> PublishedReader:
    clock: Clock = request.app.state.clock
    return PublishedReader(session, Visible(clock.now(), caller.may(scopes.RELEASES_EMBARGO)))


def service_of(request: Request) -> ReleaseService:
    service: ReleaseService = request.app.state.services.releases
    return service


class Form(StrEnum):
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


_WRITERS: Final = {
    Form.CSV: (as_csv, "text/csv"),
    Form.PARQUET: (as_parquet, "application/vnd.apache.parquet"),
}
_DECLARED: Final = {table.id: table for table in TABLES}
_NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "Sin cambios / not modified"}}
_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media_type: {} for _, media_type in _WRITERS.values()}},
    **_NOT_MODIFIED,
}


@router.get(
    "",
    summary="Lo publicado, en orden / what was published, in order",
    response_model=Page[Release],
    responses=_NOT_MODIFIED,
)
async def releases(request: Request, caller: ReleaseReader, session: ReadDep, edition: Of) -> Response:
    found = await _reader(request, caller, session).published(edition)
    return _told(request, Page(items=found, next=None))


@router.get("/calendar", summary="Desde cuándo sale cada bimestre / from when on each bimester is out")
async def calendar(request: Request, caller: ReleaseReader) -> tuple[CalendarEntry, ...]:
    clock: Clock = request.app.state.clock
    return calendar_of(lima_day(clock.now()))


@router.get("/keys", summary="Claves que firman los manifiestos / keys that sign the manifests")
async def keys(request: Request, caller: ReleaseReader) -> tuple[ReleaseKey, ...]:
    signer = service_of(request).signer
    return tuple(
        ReleaseKey(id=id_, public_key=b64encode(key).decode(), current=id_ == signer.current)
        for id_, key in signer.public_keys().items()
    )


@router.get(
    "/latest",
    summary="La última publicación / the latest release",
    response_model=Release,
    responses=_NOT_MODIFIED,
)
async def latest(request: Request, caller: ReleaseReader, session: ReadDep, edition: Of) -> Response:
    return _told(request, (await _reader(request, caller, session).latest(edition)).release)


@router.get(
    "/{release}", summary="Una publicación / one release", response_model=Release, responses=_NOT_MODIFIED
)
async def one(
    request: Request, caller: ReleaseReader, session: ReadDep, release: Id, edition: Of
) -> Response:
    reader = _reader(request, caller, session)
    return _told(request, (await reader.one(await reader.named(release, edition), edition)).release)


@router.get(
    "/{release}/manifest",
    summary="Los bytes firmados / the signed bytes",
    response_class=Response,
    responses=_NOT_MODIFIED | {200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def manifest(
    request: Request, caller: ReleaseReader, session: ReadDep, release: Id, edition: Of
) -> Response:
    reader = _reader(request, caller, session)
    found = (await reader.one(await reader.named(release, edition), edition)).manifest
    return _bytes(request, found.content, found.sha256)


@router.get(
    "/{release}/tables/{table}",
    summary="Una tabla, tal como se congeló / a table as it was frozen",
    response_model=ReleaseTable,
    responses=_FORMS,
)
async def table(  # noqa: PLR0913, PLR0917
    request: Request,
    caller: ReleaseReader,
    reading: Releasing,
    release: Id,
    table: TableId,
    edition: Of,
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    reader = _reader(request, caller, reading.session)
    release = await reader.named(release, edition)
    found = await reader.frozen(release, edition, table)
    await reading.witness(thing("release", release), thing("table", f"{edition.value}.{table}"))
    if form is Form.JSON:
        return _bytes(request, found.content, found.sha256)
    declared = _DECLARED.get(table)
    if declared is None:  # a table that releases do not have any more is served as it was frozen alone
        raise NotReleased
    write, media_type = _WRITERS[form]
    lines = tuple(lines_of(declared, ReleaseTable.model_validate_json(found.content), release))
    return _bytes(request, write(declared, lines), f"{found.sha256}-{form.value}", media_type)


@router.get(
    "/{release}/changes",
    summary="Qué cambia de la versión anterior y por qué / what it changes of the version before, and why",
    response_model=ReleaseChanges,
    responses=_NOT_MODIFIED,
)
async def changes(
    request: Request, caller: ReleaseReader, session: ReadDep, release: Id, edition: Of
) -> Response:
    reader = _reader(request, caller, session)
    found = await reader.changes(await reader.named(release, edition), edition)
    return _bytes(request, found.content, found.sha256)


def _told(request: Request, found: BaseModel) -> Response:
    content = found.model_dump_json().encode()
    return _bytes(request, content, sha256(content).hexdigest())


def _bytes(request: Request, content: bytes, tag: str, media_type: str = "application/json") -> Response:
    """The bytes under their hash, or 304 where the caller holds them."""
    headers = validators(tag, None)
    if held_already(request, tag, None):
        return not_modified(headers)
    return Response(content, media_type=media_type, headers=headers)
