"""Closed from the first day: no route is open but the known few, and a token opens only what it names."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from sqlalchemy import text
from starlette.routing import Route

from app.core.clock import FixedClock, SystemClock
from app.core.settings import Settings
from app.main import create_app
from app.security.callers import BatchReader, CaseReader, FeedWriter, RecordReader, Requirement
from app.security.endpoints import KEYS_PATH, METADATA_PATH, REVOKE_PATH, TOKEN_PATH
from app.security.keyring import KeyRing
from app.security.tokens import LIFETIME
from app.shell import openapi
from app.wiring import Services, build_services
from schemas.vocabulary import Feed
from support.access_matrix import OPEN as EVERYBODYS
from support.web_fixtures import BASE_URL, Bearer

PUBLISHED = ("/v1/open", "/sdmx/2.1", "/sdmx/3.0")  # the public edition, for everybody

OPEN = {
    "/health/live",
    "/health/ready",
    "/docs",
    "/docs/{asset}",
    "/openapi.json",
    TOKEN_PATH,
    REVOKE_PATH,
    METADATA_PATH,
    KEYS_PATH,
    *(path for path in (each.partition(" ")[2] for each in EVERYBODYS) if path.startswith(PUBLISHED)),
}


def unguarded(app: FastAPI) -> set[str]:
    return {str(route.path) for route in openapi.routes_of(app) if openapi.requirement_of(route) is None}


def test_every_route_but_the_known_few_says_who_may_call(services: Services) -> None:
    assert unguarded(create_app(services)) == OPEN


def test_a_route_that_says_nothing_is_noticed_however_it_was_added(services: Services) -> None:
    app = create_app(services)
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.get("/forgotten")
    async def forgotten() -> None: ...

    outer.include_router(inner)
    app.include_router(outer)
    app.router.routes.append(Route("/plain", lambda request: None))
    assert unguarded(app) - OPEN == {"/outer/inner/forgotten", "/plain"}


def called(dependant: Dependant) -> Iterator[object]:
    """What is called for a request, in order: before each dependency, its own."""
    for dependency in dependant.dependencies:
        yield from called(dependency)
        yield dependency.call


def test_the_caller_is_admitted_before_a_route_takes_a_connection(services: Services) -> None:
    """Requests that wait at the gate with a connection each in hand could use up the pool and wait for ever,
    since the gate needs one too. So: of all that is called for a request, the requirement is called first."""
    for route in openapi.routes_of(create_app(services)):
        if openapi.requirement_of(route) is not None:
            assert isinstance(next(called(route.dependant)), Requirement), route.path


async def test_every_closed_route_refuses_a_stranger_before_it_looks_at_anything(
    services: Services, api: httpx.AsyncClient
) -> None:
    for route in openapi.routes_of(create_app(services)):
        if str(route.path) in OPEN:
            continue
        for method in (route.methods or set()) - {"HEAD"}:
            path = str(route.path).replace("{feed}", "sistra").replace("{", "").replace("}", "")
            answer = await api.request(method, path, content=b"{")
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == 'Bearer realm="intertrata"'
            assert answer.json()["code"] == "token-missing"


async def test_every_closed_route_refuses_a_token_without_its_scope(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    for route in openapi.routes_of(create_app(services)):
        if str(route.path) in OPEN:
            continue
        for method in (route.methods or set()) - {"HEAD"}:
            path = str(route.path).replace("{feed}", "sistra").replace("{", "").replace("}", "")
            answer = await api.request(method, path, headers=bearer())
            assert answer.status_code == 403, path
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.fixture
def probe(services: Services) -> httpx.AsyncClient:
    """The application with routes that answer what they were told of their caller."""
    app = create_app(services)
    router = APIRouter()

    @router.put("/probe/feeds/{feed}")
    async def write(feed: Feed, caller: FeedWriter) -> str:
        return caller.client_id

    @router.get("/probe/feeds/{feed}")
    async def read(feed: Feed, caller: RecordReader) -> str:
        return caller.client_id

    @router.get("/probe/batches/{feed}")
    async def batch(feed: Feed, caller: BatchReader) -> bool:
        return caller.serves(feed)

    @router.get("/probe/cases")
    async def case(caller: CaseReader) -> str:
        return caller.client_id

    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL)


async def test_a_feeds_writer_writes_that_feed_only(probe: httpx.AsyncClient, bearer: Bearer) -> None:
    headers = bearer("feed:sistra:write")
    assert (await probe.put("/probe/feeds/sistra", headers=headers)).status_code == 200
    assert (await probe.put("/probe/feeds/reta-pnp", headers=headers)).status_code == 403
    assert (await probe.get("/probe/feeds/sistra", headers=headers)).status_code == 403


async def test_records_are_read_by_the_feeds_readers_and_by_readers_of_the_registry(
    probe: httpx.AsyncClient, bearer: Bearer
) -> None:
    assert (await probe.get("/probe/feeds/sistra", headers=bearer("feed:sistra:read"))).status_code == 200
    assert (await probe.get("/probe/feeds/sistra", headers=bearer("registry:read"))).status_code == 200
    assert (await probe.get("/probe/feeds/sistra", headers=bearer("feed:reta-pnp:read"))).status_code == 403


async def test_a_batch_is_seen_by_those_who_serve_its_feed(probe: httpx.AsyncClient, bearer: Bearer) -> None:
    headers = bearer("feed:sistra:write")
    assert (await probe.get("/probe/batches/sistra", headers=headers)).json() is True
    assert (await probe.get("/probe/batches/reta-pnp", headers=headers)).json() is False
    assert (await probe.get("/probe/batches/sistra", headers=bearer("registry:read"))).status_code == 403


async def test_an_unknown_feed_is_not_found_and_strangers_do_not_learn_it(
    probe: httpx.AsyncClient, bearer: Bearer
) -> None:
    assert (await probe.put("/probe/feeds/sigma")).status_code == 401
    answer = await probe.put("/probe/feeds/sigma", headers=bearer("feed:sistra:write"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "bearer x", "Basic YTpi", "Bearer a b", "Bearer " + "a" * 9000, "é"]
)
async def test_an_authorization_header_that_holds_no_token_of_ours_is_401(
    probe: httpx.AsyncClient, value: str
) -> None:
    answer = await probe.get("/probe/cases", headers=[(b"authorization", value.encode())])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].endswith('error="invalid_token"')


async def test_a_token_counts_in_the_header_only_and_only_once(
    probe: httpx.AsyncClient, bearer: Bearer
) -> None:
    good = bearer("registry:read")["Authorization"]
    assert (await probe.get("/probe/cases", headers={"Authorization": good})).status_code == 200
    twice = [("Authorization", good), ("Authorization", good)]
    assert (await probe.get("/probe/cases", headers=twice)).status_code == 401
    token = good.removeprefix("Bearer ")
    assert (await probe.get("/probe/cases", params={"access_token": token})).status_code == 401


async def test_a_disabled_clients_token_dies_at_once(services: Services, probe: httpx.AsyncClient) -> None:
    client = await services.clients.create("Se cierra", ["registry:read"])
    token = services.authorisation.issuer.issue(client.id, client.scopes, services.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    assert (await probe.get("/probe/cases", headers=headers)).json() == client.id
    await services.clients.disable(client.id)
    assert (await probe.get("/probe/cases", headers=headers)).status_code == 401


async def test_an_expired_token_is_401_by_the_clock_of_the_service(
    services: Services, tmp_path: Path
) -> None:
    clock = FixedClock(SystemClock().now())
    fixed = build_services(
        Settings(home=tmp_path), services.database_url, services.database, KeyRing.generate(), clock
    )
    transport = httpx.ASGITransport(create_app(fixed))
    token = fixed.authorisation.issuer.issue("cl-0000000000000000", ("operator",), clock.now())
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
        headers = {"Authorization": f"Bearer {token}"}
        assert (await api.get("/metrics", headers=headers)).status_code == 200
        clock.advance(LIFETIME - timedelta(seconds=1))
        assert (await api.get("/metrics", headers=headers)).status_code == 200
        clock.advance(timedelta(seconds=1))
        assert (await api.get("/metrics", headers=headers)).status_code == 401


async def test_a_changed_row_scope_counts_from_the_next_request_on(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await services.clients.create("Mudado", ["statistics:read"])
    token = services.authorisation.issuer.issue(made.id, ("statistics:read",), services.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    path = "/v1/statistics/published"
    assert (await api.get(path, headers=headers)).status_code == 200
    async with services.database.write() as session:
        limit = text("UPDATE client SET department = '17' WHERE id = :id")
        await session.execute(limit, {"id": made.id})
    refused = await api.get(path, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond-reach")
