"""Every refusal is a problem document that tells what to do and shows nothing of the inside."""

import asyncio
import json
from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import Body as FromBody
from fastapi import FastAPI, Query
from sqlalchemy import text
from structlog.testing import capture_logs

from app.core.clock import SystemClock
from app.core.errors import Conflict, IntertrataError, catalogue
from app.db.copy import copy_rows
from app.db.engine import Database, ReadDep, WriteDep
from app.main import create_app
from app.security.keyring import KeyRing
from app.wiring import Services, build_services
from schemas.base import Contract
from schemas.problems import MEDIA_TYPE, Problem
from schemas.vocabulary import Feed
from support.web_fixtures import BASE_URL

CANARY = "QUISPE-00000042"


class Body(Contract):
    count: int
    day: date


def with_probes(app: FastAPI) -> FastAPI:
    """Routes that fail in every way there is."""

    @app.get("/probe/ours")
    async def ours() -> None:
        raise Conflict(headers={"Retry-After": "3"})

    @app.get("/probe/bug")
    async def bug() -> None:
        raise RuntimeError(CANARY)

    @app.get("/probe/query/{id_}")
    async def query(id_: UUID, limit: Annotated[int, Query(ge=1, le=500)], feed: Feed) -> None: ...

    @app.post("/probe/body")
    async def body(body: Body) -> None: ...

    @app.get("/probe/sql")
    async def sql(session: ReadDep, value: str) -> None:
        await session.execute(text("select cast(:value as text)"), {"value": value})

    @app.get("/probe/number")
    async def number(session: ReadDep, value: int) -> None:
        await session.execute(text("select cast(:value as bigint)"), {"value": value})

    @app.get("/probe/overflow")
    async def overflow(session: ReadDep) -> None:
        await session.execute(text("select 9223372036854775807 + 1"))

    @app.post("/probe/conflict")
    async def conflict(session: WriteDep) -> None:
        await session.execute(text("do $$ begin raise exception 'QUISPE' using errcode = '40P01'; end $$"))

    @app.post("/probe/copy")
    async def copy(session: WriteDep, value: Annotated[str, FromBody(embed=True)]) -> None:
        for _ in range(2):
            await copy_rows(session, "feed_state", ("feed",), [(value,)])

    @app.get("/probe/defect")
    async def defect(session: ReadDep) -> None:
        await session.execute(text(f"select '{CANARY}' from nowhere"))

    return app


@pytest.fixture
def probe(services: Services) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(with_probes(create_app(services)))
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL)


def problem(answer: httpx.Response, status: int, code: str) -> Problem:
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert CANARY not in answer.text
    found = Problem.model_validate_json(answer.content)
    assert (found.status, found.code, found.type) == (status, code, f"urn:problem-type:intertrata:{code}")
    assert found.instance == f"urn:uuid:{answer.headers['x-request-id']}"
    assert found.es in found.detail
    assert found.en in found.detail
    return found


async def test_our_errors_keep_their_code_status_and_headers(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/probe/ours")
    problem(answer, 409, "conflict")
    assert answer.headers["retry-after"] == "3"


async def test_unknown_paths_and_methods_are_problems_too(probe: httpx.AsyncClient) -> None:
    problem(await probe.get("/nowhere"), 404, "not-found")
    problem(await probe.get("/health/live/"), 404, "not-found")
    answer = await probe.delete("/health/live")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD"


async def test_invalid_parameters_are_named_and_not_repeated(probe: httpx.AsyncClient) -> None:
    answer = await probe.get(f"/probe/query/{CANARY}", params={"limit": "501", "feed": CANARY})
    found = problem(answer, 422, "request-invalid")
    by_field = {error.field: error for error in found.errors}
    assert set(by_field) == {"path.id_", "query.limit", "query.feed"}
    assert by_field["query.limit"].es == "Debe ser a lo más 500."
    assert by_field["query.limit"].en == "It must be at most 500."
    assert "reta-pnp" in by_field["query.feed"].en


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"{", {"body.1"}),
        (b"[]", {"body"}),
        (b"{}", {"body.count", "body.day"}),
        (
            b'{"count": "QUISPE-00000042", "day": "x", "a\\nb<script>": 1}',
            {"body.count", "body.day", "body.?"},
        ),
        (b"\xff\xfe", {"body.0"}),
    ],
)
async def test_invalid_bodies_are_named_and_not_repeated(
    probe: httpx.AsyncClient, body: bytes, fields: set[str]
) -> None:
    answer = await probe.post("/probe/body", content=body, headers={"Content-Type": "application/json"})
    assert {error.field for error in problem(answer, 422, "request-invalid").errors} == fields


async def test_a_defect_is_a_500_that_tells_nothing_and_logs_the_place_only(probe: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        problem(await probe.get("/probe/bug"), 500, "internal-error")
    assert CANARY not in json.dumps(logs, default=str)
    unforeseen = next(line for line in logs if line["event"] == "unforeseen")
    assert unforeseen["kind"] == "RuntimeError"
    assert any("test_problems.py" in place and " bug" in place for place in unforeseen["at"])


async def test_a_value_that_the_database_cannot_hold_is_the_callers_error(probe: httpx.AsyncClient) -> None:
    problem(await probe.get("/probe/number", params={"value": 2**63}), 400, "value-not-storable")
    problem(await probe.get("/probe/overflow"), 400, "value-not-storable")


async def test_errors_of_bulk_writes_are_problems_too(probe: httpx.AsyncClient) -> None:
    beyond = await probe.post("/probe/copy", json={"value": "a\0b"})
    problem(beyond, 400, "value-not-storable")
    problem(await probe.post("/probe/copy", json={"value": "twice"}), 500, "internal-error")


async def test_a_nul_in_the_address_is_refused_before_any_route(probe: httpx.AsyncClient) -> None:
    problem(await probe.get("/probe/sql?value=%00"), 400, "nul-refused")
    problem(await probe.get("/probe/%00"), 400, "nul-refused")


async def test_a_deadlock_asks_to_try_again(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/probe/conflict")
    problem(answer, 503, "try-again")
    assert answer.headers["retry-after"] == "1"


async def test_a_defect_in_sql_shows_neither_statement_nor_data(probe: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        problem(await probe.get("/probe/defect"), 500, "internal-error")
    assert CANARY not in json.dumps(logs, default=str)


async def test_a_database_that_does_not_answer_is_503(services: Services) -> None:
    nowhere = "postgresql://nobody:x@127.0.0.1:9/none"
    broken = build_services(services.settings, nowhere, Database(nowhere), KeyRing.generate(), SystemClock())
    transport = httpx.ASGITransport(with_probes(create_app(broken)))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
        problem(await api.get("/probe/sql", params={"value": "x"}), 503, "database-unavailable")
        problem(await api.get("/health/ready"), 503, "not-ready")
        assert (await api.get("/health/live")).status_code == 200


async def test_a_database_that_goes_away_is_503_and_comes_back(
    services: Services, probe: httpx.AsyncClient, database_url: str
) -> None:
    assert (await probe.get("/probe/sql", params={"value": "x"})).status_code == 200
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    await connection.close()
    await asyncio.sleep(0.1)
    assert (await probe.get("/probe/sql", params={"value": "x"})).status_code in {200, 503}
    assert (await probe.get("/probe/sql", params={"value": "x"})).status_code == 200


@pytest.mark.parametrize("kind", list(catalogue()), ids=lambda kind: kind.code)
def test_every_error_of_the_catalogue_speaks_both_languages(kind: type[IntertrataError]) -> None:
    assert 300 <= kind.status < 600
    assert kind.code == kind.code.lower().strip()
    assert kind.es != kind.en


def test_no_two_errors_of_the_catalogue_share_a_code() -> None:
    codes = [kind.code for kind in catalogue() if "code" in vars(kind)]
    assert sorted(codes) == sorted(set(codes))
