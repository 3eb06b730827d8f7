"""What surrounds every answer: strict headers, an id, and a log that knows routes, not data."""

import json

import httpx
import pytest
from structlog.testing import capture_logs

from app.core.settings import Settings
from app.main import create_app
from app.security.callers import CaseReader
from app.wiring import Services, build_services
from support.web_fixtures import BASE_URL, Bearer

CANARY = "QUISPE-00000042"


@pytest.fixture
def probe(services: Services) -> httpx.AsyncClient:
    app = create_app(services)

    @app.get("/probe/cases/{case_id}")
    async def case(case_id: str, caller: CaseReader, name: str = "") -> str:
        return case_id

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL)


@pytest.mark.parametrize(
    "path", ["/health/live", "/metrics", "/nowhere", "/openapi.json", "/health/live?a=%00"]
)
async def test_every_answer_is_kept_nowhere_and_framed_by_nobody(api: httpx.AsyncClient, path: str) -> None:
    headers = (await api.get(path)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "server" not in headers


async def test_every_answer_has_an_id_of_its_own_that_the_caller_cannot_choose(
    api: httpx.AsyncClient,
) -> None:
    headers = {"X-Request-Id": CANARY}
    ids = {(await api.get("/health/live", headers=headers)).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert CANARY not in ids


async def test_https_is_made_to_last_where_the_service_is_reached_by_it(services: Services) -> None:
    settings = services.settings.model_copy(update={"public_url": "https://registro.example/"})
    secure = build_services(
        settings, services.database_url, services.database, services.keyring, services.clock
    )
    for each, expected in ((secure, True), (services, False)):
        transport = httpx.ASGITransport(create_app(each))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
            answer = await api.get("/.well-known/oauth-authorization-server")
            assert ("strict-transport-security" in answer.headers) is expected
    assert Settings.model_fields["public_url"].default is None


async def test_the_log_knows_the_route_and_the_client_and_nothing_that_was_sent(
    probe: httpx.AsyncClient, bearer: Bearer
) -> None:
    with capture_logs() as logs:
        answer = await probe.get(
            f"/probe/cases/{CANARY}",
            params={"name": CANARY},
            headers=bearer("registry:read") | {"User-Agent": CANARY, "X-Request-Id": CANARY},
        )
        await probe.request(CANARY, f"/{CANARY}")
    assert answer.status_code == 200
    assert CANARY not in json.dumps(logs, default=str)
    request = next(line for line in logs if line["event"] == "request")
    assert (request["route"], request["method"]) == ("/probe/cases/{case_id}", "GET")
    assert (request["status"], request["client"]) == (200, "cl-0000000000000000")
    assert request["request_id"] == answer.headers["x-request-id"]


async def test_the_log_names_the_whole_route_of_an_included_router(api: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        await api.get("/docs/docs.js")
    assert [line["route"] for line in logs] == ["/docs/{asset}"]


async def test_metrics_are_the_operators_and_their_labels_are_routes(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    await api.get(f"/{CANARY}", params={"name": CANARY})
    await api.get("/health/live")
    assert (await api.get("/metrics", headers=bearer("registry:read"))).status_code == 403
    answer = await api.get("/metrics", headers=bearer("operator"))
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'intertrata_requests_total{method="GET",route="/health/live",status="200"} 1.0' in answer.text
    assert 'route="unrouted",status="404"' in answer.text
    assert CANARY not in answer.text


async def test_ready_says_so_only_when_the_tables_are_the_ones_this_code_needs(
    services: Services, api: httpx.AsyncClient
) -> None:
    from sqlalchemy import text

    async with services.database.write() as session:
        head = (await session.execute(text("delete from alembic_version returning version_num"))).scalar_one()
    answer = await api.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert "migrations" in answer.json()["en"]
    async with services.database.write() as session:
        await session.execute(text("insert into alembic_version values (:head)"), {"head": head})
    assert (await api.get("/health/ready")).json() == {"status": "ok"}
