"""Routes of open data: no token, the public edition alone."""

import json
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.releases.conditional import OPEN, held_already, not_modified, validators
from app.releases.open_data.dictionary import as_csv, dictionary
from app.releases.open_data.service import Form, OpenDataService, Standing, public_table
from app.releases.published import Published
from app.security.callers import OpenPace
from schemas.open_data import Dictionary
from schemas.problems import MEDIA_TYPE

_REFUSED: Final = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_OPEN: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Ya se tiene / held already"},
    404: {"description": "No está publicado / not published", **_REFUSED},
    429: {"description": "Demasiado seguido / too often: Retry-After", **_REFUSED},
}
_MEDIA: Final = {
    Form.CSV: "text/csv; charset=utf-8; header=present",
    Form.PARQUET: "application/vnd.apache.parquet",
}
_LINKED_DATA: Final = "application/ld+json"

router = APIRouter(
    prefix="/v1/open", tags=["Datos abiertos / open data"], dependencies=[OpenPace], responses=_OPEN
)

TableId = Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,80}$")]
ReleaseName = Annotated[str, Path(pattern=r"^\d{4}-B[1-6]\.\d{1,4}$", description="2026-B5.1")]


def _root(request: Request) -> str:
    return str(request.app.state.authorisation.realm.issuer)


def _headers(standing: Standing) -> dict[str, str]:
    return {**OPEN, **validators(standing.etag, standing.modified)}


@router.get(
    "",
    summary="Catálogo DCAT / DCAT catalogue",
    response_class=Response,
    responses={200: {"content": {_LINKED_DATA: {"schema": {"type": "object"}}}}},
)
async def open_catalogue(request: Request, releases: Published) -> Response:
    service, root = OpenDataService(releases), _root(request)
    standing = await service.standing(root)
    headers = _headers(standing)
    if held_already(request, standing.etag, standing.modified):
        return not_modified(headers)
    document = service.catalogue(root, standing)
    return Response(json.dumps(document, ensure_ascii=False), headers=headers, media_type=_LINKED_DATA)


@router.get(
    "/dictionary",
    summary="Diccionario de datos / data dictionary",
    response_class=Response,
    response_model=Dictionary,
    responses={200: {"content": {"application/json": {}}}},
)
async def open_dictionary(request: Request) -> Response:
    written = dictionary(f"{_root(request)}/v1/open").model_dump_json().encode()
    return _fixed(request, written, "application/json")


@router.get(
    "/dictionary.csv",
    summary="Diccionario de datos, en CSV / data dictionary, as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def open_dictionary_csv(request: Request) -> Response:
    written = as_csv(dictionary(f"{_root(request)}/v1/open"))
    return _fixed(request, written, _MEDIA[Form.CSV])


def _fixed(request: Request, written: bytes, media_type: str) -> Response:
    """What comes from the code alone."""
    etag = sha256(written).hexdigest()[:32]
    headers = {**OPEN, **validators(etag, None)}
    if held_already(request, etag, None):
        return not_modified(headers)
    return Response(written, headers=headers, media_type=media_type)


async def _table(
    request: Request, releases: Published, table: str, form: Form, release: str | None = None
) -> Response:
    held, service = public_table(table), OpenDataService(releases)
    standing = await service.standing(f"{release}|{table}|{form}", release)
    headers = _headers(standing)
    if held_already(request, standing.etag, standing.modified):
        return not_modified(headers)
    named = f'attachment; filename="{table}{f"_{release}" if release else ""}.{form}"'
    written = await service.table(held, form, standing.releases)
    return Response(written, headers={**headers, "Content-Disposition": named}, media_type=_MEDIA[form])


@router.get(
    "/tables/{table}.csv",
    summary="Una tabla, en CSV / one table, as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def open_table_csv(request: Request, releases: Published, table: TableId) -> Response:
    return await _table(request, releases, table, Form.CSV)


@router.get(
    "/tables/{table}.parquet",
    summary="Una tabla, en Parquet / one table, as Parquet",
    response_class=Response,
    responses={200: {"content": {"application/vnd.apache.parquet": {}}}},
)
async def open_table_parquet(request: Request, releases: Published, table: TableId) -> Response:
    return await _table(request, releases, table, Form.PARQUET)


@router.get(
    "/releases/{release}/tables/{table}.csv",
    summary="Una tabla de una publicación, en CSV / one table of one release, as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def open_release_csv(
    request: Request, releases: Published, release: ReleaseName, table: TableId
) -> Response:
    return await _table(request, releases, table, Form.CSV, release)


@router.get(
    "/releases/{release}/tables/{table}.parquet",
    summary="Una tabla de una publicación, en Parquet / one table of one release, as Parquet",
    response_class=Response,
    responses={200: {"content": {"application/vnd.apache.parquet": {}}}},
)
async def open_release_parquet(
    request: Request, releases: Published, release: ReleaseName, table: TableId
) -> Response:
    return await _table(request, releases, table, Form.PARQUET, release)
