"""Health, metrics and the documentation page."""

from importlib.resources import files
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import NotFound, Unavailable
from app.security.callers import OpenPace, Operator
from app.shell.metrics import MEDIA_TYPE, Metrics
from app.shell.readiness import Readiness
from schemas.base import Contract

DOCS_PATH: Final = "/docs"
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)  # inline styles only: Swagger UI sets style attributes; scripts come from this server alone
ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "docs.css": "text/css; charset=utf-8",
}
PAGE: Final = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>INTERTRATA: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/docs.css">
</head>
<body>
<noscript>La descripción completa está en <a href="openapi.json">openapi.json</a>.
The full description is in <a href="openapi.json">openapi.json</a>.</noscript>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/docs.js"></script>
</body>
</html>
"""

router = APIRouter()
docs_router = APIRouter(dependencies=[OpenPace])
"""The description of the API and the page about it: only where ``Settings.docs_open``, at the pace of all
that is open."""


class Health(Contract):
    status: str


class NotReady(Unavailable):
    code = "not-ready"
    es = "El servicio todavía no puede atender: {cause}."
    en = "The service cannot serve yet: {cause}."


def readiness_of(request: Request) -> Readiness:
    readiness: Readiness = request.app.state.readiness
    return readiness


@router.get("/health/live", summary="El proceso vive / the process lives", tags=["Estado / state"])
async def live() -> Health:
    return Health(status="ok")


@router.get("/health/ready", summary="Puede atender / it can serve", tags=["Estado / state"])
async def ready(readiness: Annotated[Readiness, Depends(readiness_of)]) -> Health:
    """La base de datos responde y está al día. / The database answers and is up to date."""
    cause = await readiness.missing()
    if cause is not None:
        raise NotReady(cause=cause, headers={"Retry-After": "2"})
    return Health(status="ok")


@router.get(
    "/metrics",
    summary="Métricas de Prometheus / Prometheus metrics",
    tags=["Estado / state"],
    response_class=Response,
)
async def metrics(request: Request, caller: Operator) -> Response:
    figures: Metrics = request.app.state.metrics
    return Response(figures.exposition(), headers={"Content-Type": MEDIA_TYPE})


@docs_router.get("/openapi.json", include_in_schema=False)
async def description(request: Request) -> Response:
    return Response(orjson.dumps(request.app.openapi()), media_type="application/json")


@docs_router.get(DOCS_PATH, include_in_schema=False)
async def docs() -> Response:
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": DOCS_POLICY})


@docs_router.get(DOCS_PATH + "/{asset}", include_in_schema=False)
async def docs_asset(asset: str) -> Response:
    if asset not in ASSETS:
        raise NotFound
    content = files("app.shell").joinpath("static", asset).read_bytes()
    return Response(
        content, headers={"Content-Type": ASSETS[asset], "Cache-Control": "public, max-age=86400"}
    )
