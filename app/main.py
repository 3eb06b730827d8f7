"""The API as an ASGI application. ``create_app`` composes; nothing runs and nothing is read at import."""

from typing import Any

from fastapi import APIRouter, FastAPI

from app.audit import endpoints as audit
from app.audit.refusals import Refusals
from app.ingestion import endpoints as ingestion
from app.lifecycle import endpoints as lifecycle
from app.reconciliation import endpoints as reconciliation
from app.reconciliation.review import endpoints as review
from app.registry import endpoints as registry
from app.registry import identity_endpoints as identity
from app.registry.pins import endpoints as pins
from app.releases import endpoints as releases
from app.releases.making import endpoints as making
from app.releases.open_data import endpoints as open_data
from app.releases.reading import outsiders
from app.releases.sdmx import endpoints as sdmx
from app.releases.sdmx.questions import as_sdmx_csv
from app.security import endpoints as security
from app.security.modes import DEMO_BANNER, DEMO_HEADERS
from app.shell import endpoints as shell
from app.shell import openapi, problems
from app.shell.bounds import Bounds, Limits
from app.shell.envelope import Envelope
from app.shell.heads import Heads
from app.shell.metrics import Metrics
from app.shell.open_routes import OpenRoutes
from app.statistics import endpoints as statistics
from app.statistics.concordance import endpoints as concordance
from app.statistics.cube.service import Cube
from app.statistics.forms import Form
from app.statistics.memory import Memory
from app.statistics.published import endpoints as published
from app.wiring import Services, program_version

DESCRIPTION = """
Un registro de casos de trata de personas en el Perú, de cuatro instituciones: RETA-PNP, SISTRA, Poder
Judicial y Línea 1818. Todo pedido lleva un token de `POST /oauth/token`; los errores son documentos RFC 9457.

One registry of human-trafficking cases in Peru, out of four institutions. Every request carries a token of
`POST /oauth/token`; errors are RFC 9457 documents.
"""

DOCS = shell.docs_router
ROUTERS: tuple[APIRouter, ...] = (
    shell.router,
    DOCS,
    security.router,
    audit.router,
    ingestion.router,
    reconciliation.router,
    review.router,
    registry.router,
    identity.router,
    pins.router,
    statistics.router,
    concordance.router,
    published.router,
    making.router,
    releases.router,
    lifecycle.router,
    sdmx.router,
    open_data.router,
)
"""Every router of the API, a line for each stage that has one."""


def create_app(services: Services) -> FastAPI:
    app = FastAPI(
        title="INTERTRATA",
        version=program_version(),
        description=DESCRIPTION + (f"\n**{DEMO_BANNER}**\n" if services.authorisation.demo else ""),
        docs_url=None,  # FastAPI's own page loads from a CDN; ours is in app.shell
        redoc_url=None,
        openapi_url=None,  # it would be asked at no pace; ours is there too
        redirect_slashes=False,  # one address for each thing
    )
    for router in ROUTERS if services.settings.docs_open else (each for each in ROUTERS if each is not DOCS):
        app.include_router(router)
    problems.install(app)
    _fill_state(app, services)
    secure = services.authorisation.realm.issuer.startswith("https://")
    said = DEMO_HEADERS if services.authorisation.demo else {}
    app.add_middleware(
        Bounds, limits=Limits(services.settings.body_limit_bytes, services.settings.request_seconds)
    )
    app.add_middleware(OpenRoutes)
    app.add_middleware(Envelope, metrics=app.state.metrics, secure=secure, more=said)
    app.add_middleware(Heads)
    _describe(app)
    return app


def _fill_state(app: FastAPI, services: Services) -> None:
    """What dependencies find through ``request.app.state``."""
    app.state.services = services
    app.state.clock = services.clock
    app.state.statistics = Memory()
    app.state.cube = Cube(services.database)
    app.state.answer_forms = {Form.SDMX_CSV: as_sdmx_csv}
    app.state.published_releases = outsiders(services.clock)
    app.state.database = services.database
    app.state.ingestion = services.ingestion
    app.state.gate = services.gate
    app.state.audit = services.audit
    app.state.merkle = services.merkle
    app.state.refusals = Refusals()
    app.state.authorisation = services.authorisation
    app.state.readiness = services.readiness
    app.state.metrics = Metrics(unusual_readings=lambda: services.unusual.told)
    app.state.request_pace = services.request_pace
    app.state.route_templates = {}  # filled by app.shell.envelope


def _describe(app: FastAPI) -> None:
    """The description is made at the first request for it and kept."""
    made: dict[str, Any] = {}

    def description() -> dict[str, Any]:
        if not made:
            made.update(openapi.describe(app))
        return made

    app.openapi = description  # type: ignore[method-assign]  # FastAPI's documented way
