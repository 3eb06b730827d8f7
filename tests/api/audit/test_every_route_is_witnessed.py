"""A route declares what it witnesses, or stands here with the reason why it need not."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import RouteContext

from app.audit.sessions import audits_of
from app.main import create_app
from app.shell import openapi
from app.wiring import Services
from support.access_matrix import MATRIX, OPEN


def tells_no_figure(route: str) -> bool:
    return "/schema/" in route or "{kind}" in route


EXEMPT = {
    "GET /docs": "a page about the API",
    "GET /docs/{asset}": "a page about the API",
    "GET /openapi.json": "the description of the API",
    "GET /health/live": "says that the process lives",
    "GET /health/ready": "says that the database answers",
    "GET /metrics": "figures of the service, of nobody",
    "POST /oauth/token": "tells of nobody; what the token is used for is witnessed",
    "POST /oauth/revoke": "tells of nobody",
    "GET /.well-known/oauth-authorization-server": "public",
    "GET /.well-known/jwks.json": "public keys",
    "POST /v1/feeds/{feed}/batches": "the ledger of deliveries keeps who brought what, and its digest",
    "PUT /v1/feeds/{feed}/record": "the ledger of deliveries keeps who brought what, and its digest",
    "GET /v1/batches/{batch_id}": "counts of a client's own delivery",
    "GET /v1/batches/{batch_id}/issues": "places in a client's own delivery; values are masked",
    "GET /v1/changes": "ids that changed, of nobody's data",
    "GET /v1/feeds": "figures of the feeds, of nobody",
    "GET /v1/audit/checkpoint": "a signed hash, made to be passed on",
    "GET /v1/audit/keys": "public keys",
    "GET /v1/audit/proof": "hashes of the log",
    "GET /v1/models": "versions and history of the linking models, of nobody",
    "GET /v1/statistics/overview": "figures, of nobody",
    "GET /v1/statistics/query": "figures, of nobody",
    "POST /v1/statistics/query": "figures, of nobody",
    "GET /v1/releases": "what was published, of nobody",
    "GET /v1/releases/calendar": "a rule",
    "GET /v1/releases/keys": "public keys",
    "GET /v1/releases/latest": "what was published, of nobody",
    "GET /v1/releases/{release}": "what was published, of nobody",
    "GET /v1/releases/{release}/manifest": "what was published, of nobody; tables are witnessed",
    "GET /v1/releases/{release}/changes": "counts of what a version changed, of nobody",
    "GET /v1/releases/builds": "where the making of releases stands, of nobody",
    "GET /v1/releases/builds/{build_id}": "where the making of a release stands, of nobody",
    "GET /v1/releases/steps": "where releases stand, of nobody; what is in them is witnessed",
    "GET /v1/statistics/concordance": "figures, of nobody",
    "GET /v1/statistics/published/compared": "figures, of nobody",
    "GET /v1/statistics/published": "figures that institutions printed",
    "GET /v1/statistics/indicators": "definitions of figures, of nobody",
    **dict.fromkeys(
        (route for route in OPEN if route.startswith(("GET /sdmx/", "GET /v1/open"))),
        "figures that were published, of nobody",
    ),
    **dict.fromkeys(
        (route for route in MATRIX if route.startswith("GET /sdmx/restricted/") and tells_no_figure(route)),
        "structures of the code, of no release; exact figures are witnessed",
    ),
}


def routes(services: Services) -> Iterator[tuple[str, RouteContext]]:
    for route in openapi.routes_of(create_app(services)):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield f"{method} {route.path}", route


def declares(route: RouteContext) -> bool:
    dependant = getattr(route, "dependant", None)
    return dependant is not None and any(True for _ in audits_of(dependant))


def test_every_route_is_witnessed_or_exempt_for_a_reason(services: Services) -> None:
    silent = {name for name, route in routes(services) if not declares(route)}
    assert silent - EXEMPT.keys() == set(), "declare app.audit.sessions.Audits, or give the reason above"


def test_no_exemption_outlives_its_route_or_hides_a_witnessed_one(services: Services) -> None:
    silent = {name for name, route in routes(services) if not declares(route)}
    assert EXEMPT.keys() - silent == set()


async def test_an_endpoint_that_forgets_to_witness_answers_nothing(
    services: Services, api: httpx.AsyncClient, bearer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgets(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr("app.audit.sessions.Reading.witness", forgets)
    answer = await api.get("/v1/cases", headers=bearer("registry:read"))  # type: ignore[operator]
    assert (answer.status_code, answer.json()["code"]) == (500, "unwitnessed")
