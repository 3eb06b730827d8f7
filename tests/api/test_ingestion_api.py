"""Delivering over HTTP: what is answered, to whom, and that nothing sent is a 500."""

import asyncio
import gzip
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.queue import Worker
from app.core.settings import Settings
from app.db.engine import Database
from app.main import create_app
from app.security.keyring import KeyRing
from app.serving import bound_socket, serve_until
from app.wiring import Services, build_services, jobs_of
from schemas.vocabulary import Feed
from support.ingestion_kit import sample
from support.web_fixtures import BASE_URL, Bearer

MEDIA = {
    Feed.RETA_PNP: "text/csv; charset=windows-1252",
    Feed.SISTRA: "application/x-ndjson",
    Feed.PODER_JUDICIAL: "application/xml",
    Feed.LINEA_1818: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COUNTS = (
    "received",
    "accepted",
    "accepted_with_warnings",
    "repeated",
    "superseded",
    "conflicting",
    "rejected",
)
EXPECTED = {
    Feed.RETA_PNP: (15, 7, 4, 0, 1, 0, 3),
    Feed.SISTRA: (16, 9, 1, 1, 1, 1, 3),
    Feed.PODER_JUDICIAL: (13, 7, 1, 1, 1, 1, 2),
    Feed.LINEA_1818: (17, 11, 2, 1, 1, 0, 2),
}


def writer(bearer: Bearer, feed: Feed, **headers: str) -> dict[str, str]:
    return {**bearer(f"feed:{feed}:write"), "Content-Type": MEDIA[feed], **headers}


async def post(
    api: httpx.AsyncClient, bearer: Bearer, feed: Feed, body: bytes | None = None, **headers: str
) -> httpx.Response:
    content = sample(feed) if body is None else body
    sent = writer(bearer, feed, **{name.replace("_", "-"): value for name, value in headers.items()})
    return await api.post(f"/v1/feeds/{feed}/batches", content=content, headers=sent)


async def drained(services: Services) -> None:
    await Worker(services.database_url, jobs_of(services)).drain()


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["code"] == code
    assert document["es"]
    assert document["en"]
    return document


@pytest.mark.parametrize("feed", list(Feed))
async def test_a_file_is_landed_translated_and_linked_by_the_queue(
    api: httpx.AsyncClient, bearer: Bearer, services: Services, feed: Feed
) -> None:
    landed = await post(api, bearer, feed)
    assert landed.status_code == 202
    assert landed.json()["state"] == "landed"
    where = landed.headers["location"]
    assert where == f"/v1/batches/{landed.json()['id']}"
    await drained(services)
    batch = (await api.get(where, headers=bearer(f"feed:{feed}:read"))).json()
    assert batch["state"] == "done"
    assert tuple(batch[name] for name in COUNTS) == EXPECTED[feed]
    assert batch["sha256"] == landed.json()["sha256"]


async def test_gzip_is_accepted(api: httpx.AsyncClient, bearer: Bearer, services: Services) -> None:
    packed = gzip.compress(sample(Feed.SISTRA))
    landed = await post(api, bearer, Feed.SISTRA, packed, Content_Encoding="gzip")
    await drained(services)
    batch = await api.get(landed.headers["location"], headers=bearer("feed:sistra:read"))
    assert batch.json()["received"] == 16


async def test_issues_come_in_pages_that_lose_and_repeat_nothing(
    api: httpx.AsyncClient, bearer: Bearer, services: Services
) -> None:
    where = (await post(api, bearer, Feed.RETA_PNP)).headers["location"] + "/issues"
    await drained(services)
    reader = bearer("feed:reta-pnp:read")
    whole = (await api.get(where, headers=reader, params={"limit": 500})).json()
    assert whole["next"] is None
    paged: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get(where, headers=reader, params={"limit": 2, **after})).json()
        paged += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == whole["items"]
    rejections = [issue for issue in paged if issue["severity"] == "rejection"]
    assert {(issue["row"], issue["code"]) for issue in rejections} >= {(7, "number_missing")}
    assert all(issue["es"] and issue["en"] for issue in paged)


@pytest.mark.parametrize("after", ["x", "1", "1-2-3", "99999999999-1", "9999999999-0", "' OR 1=1"])
async def test_a_cursor_of_nobody_s_is_refused(api: httpx.AsyncClient, bearer: Bearer, after: str) -> None:
    where = (await post(api, bearer, Feed.RETA_PNP)).headers["location"] + "/issues"
    response = await api.get(where, headers=bearer("feed:reta-pnp:read"), params={"after": after})
    problem(response, 400, "page-malformed")


async def test_validating_keeps_nothing(
    api: httpx.AsyncClient, bearer: Bearer, services: Services, database: Database
) -> None:
    feed = Feed.PODER_JUDICIAL
    response = await api.post(
        f"/v1/feeds/{feed}/batches?mode=validate", content=sample(feed), headers=writer(bearer, feed)
    )
    await drained(services)
    batch = (await api.get(response.headers["location"], headers=bearer(f"feed:{feed}:read"))).json()
    assert (batch["state"], batch["mode"]) == ("done", "validate")
    assert tuple(batch[name] for name in COUNTS) == EXPECTED[feed]
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM record")) == 0


async def test_another_feed_s_batches_do_not_exist(api: httpx.AsyncClient, bearer: Bearer) -> None:
    where = (await post(api, bearer, Feed.RETA_PNP)).headers["location"]
    for path in (where, where + "/issues"):
        problem(await api.get(path, headers=bearer("feed:sistra:read")), 404, "unknown-batch")
        problem(await api.get(path, headers=bearer("registry:read")), 403, "scope-missing")
        assert (await api.get(path, headers=bearer("feed:reta-pnp:write"))).status_code == 200
    missing = await api.get(f"/v1/batches/{uuid4()}", headers=bearer("feed:reta-pnp:read"))
    problem(missing, 404, "unknown-batch")


async def test_only_the_feed_s_own_writer_delivers(api: httpx.AsyncClient, bearer: Bearer) -> None:
    for scope in ("feed:reta-pnp:read", "feed:sistra:write", "registry:read"):
        headers = {**bearer(scope), "Content-Type": "text/csv"}
        problem(
            await api.post("/v1/feeds/reta-pnp/batches", content=b"x", headers=headers),
            403,
            "scope-missing",
        )
        problem(
            await api.put("/v1/feeds/reta-pnp/record", content=b"{}", headers=headers), 403, "scope-missing"
        )


@pytest.mark.parametrize("media", ["application/xml", "text/plain", "", "application/octet-stream", ";;"])
async def test_a_form_that_the_feed_does_not_take_is_415(
    api: httpx.AsyncClient, bearer: Bearer, media: str
) -> None:
    told = problem(await post(api, bearer, Feed.RETA_PNP, b"x", Content_Type=media), 415, "form-not-accepted")
    assert "text/csv" in told["en"]


async def test_an_encoding_that_is_not_taken_is_415(api: httpx.AsyncClient, bearer: Bearer) -> None:
    response = await post(api, bearer, Feed.SISTRA, b"x", Content_Encoding="br")
    problem(response, 415, "encoding-not-accepted")


async def test_an_empty_body_is_400(api: httpx.AsyncClient, bearer: Bearer) -> None:
    problem(await post(api, bearer, Feed.SISTRA, b""), 400, "empty-body")


@pytest.fixture
async def small(
    database: Database, database_url: str, services: Services
) -> AsyncIterator[httpx.AsyncClient]:
    """The same installation with a limit of 1,000 bytes."""
    settings = services.settings.model_copy(update={"upload_limit_bytes": 1000})
    limited = build_services(settings, database_url, database, services.keyring, services.clock)
    transport = httpx.ASGITransport(create_app(limited))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield client


async def test_a_body_over_the_limit_is_413_declared_or_not(
    small: httpx.AsyncClient, bearer: Bearer, database: Database
) -> None:
    async def streamed() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    problem(await post(small, bearer, Feed.SISTRA, b"x" * 2000), 413, "body-too-large")
    headers = writer(bearer, Feed.SISTRA)
    response = await small.post("/v1/feeds/sistra/batches", content=streamed(), headers=headers)
    problem(response, 413, "body-too-large")
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM batch")) == 0


async def test_idempotency_keys(api: httpx.AsyncClient, bearer: Bearer, database: Database) -> None:
    first = await post(api, bearer, Feed.SISTRA, Idempotency_Key="2024-01-a")
    again = await post(api, bearer, Feed.SISTRA, Idempotency_Key="2024-01-a")
    assert (again.status_code, again.json(), again.headers["location"]) == (
        202,
        first.json(),
        first.headers["location"],
    )
    other = await post(api, bearer, Feed.SISTRA, b"{}", Idempotency_Key="2024-01-a")
    problem(other, 422, "idempotency-key-reused")
    for bad in ("", "a b", "x" * 201):
        problem(await post(api, bearer, Feed.SISTRA, Idempotency_Key=bad), 400, "idempotency-key-malformed")
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM batch")) == 1


def carpeta(**values: Any) -> bytes:
    document = json.loads(sample(Feed.SISTRA).splitlines()[0])
    return json.dumps({**document, **values}).encode()


async def put(api: httpx.AsyncClient, bearer: Bearer, body: bytes) -> httpx.Response:
    headers = {**bearer("feed:sistra:write"), "Content-Type": "application/json"}
    return await api.put("/v1/feeds/sistra/record", content=body, headers=headers)


async def test_one_record_is_answered_with_its_outcome_and_its_case(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    first = (await put(api, bearer, carpeta())).json()
    assert (first["outcome"], first["number"]) == ("accepted", "2706014507-2023-88-0")
    assert first["case"]
    again = (await put(api, bearer, carpeta())).json()
    assert (again["outcome"], again["case"]) == ("repeated", first["case"])
    other = (await put(api, bearer, carpeta(etapa="ARCHIVO"))).json()
    assert (other["outcome"], other["case"]) == ("conflicting", first["case"])
    assert [(issue["code"], issue["field"]) for issue in other["issues"]] == [
        ("conflicting_content", "stage")
    ]
    older = (await put(api, bearer, carpeta(actualizado="2020-01-01T00:00:00-05:00"))).json()
    assert older["outcome"] == "superseded"
    annulled = await put(api, bearer, carpeta(actualizado="2025-01-01T00:00:00-05:00", anulada=True))
    assert (annulled.json()["outcome"], annulled.json()["case"]) == ("accepted", None)


async def test_a_single_record_has_a_batch_that_adds_up(api: httpx.AsyncClient, bearer: Bearer) -> None:
    put_answer = (await put(api, bearer, carpeta(delitos=[]))).json()
    assert put_answer["outcome"] == "rejected"
    where = f"/v1/batches/{put_answer['batch']}"
    batch = (await api.get(where, headers=bearer("feed:sistra:read"))).json()
    assert (batch["state"], batch["received"], batch["rejected"]) == ("done", 1, 1)
    issues = (await api.get(where + "/issues", headers=bearer("feed:sistra:read"))).json()["items"]
    assert issues == put_answer["issues"]


async def test_a_record_put_alone_joins_what_a_file_brought(
    api: httpx.AsyncClient, bearer: Bearer, services: Services
) -> None:
    await post(api, bearer, Feed.RETA_PNP)
    await drained(services)
    case = (await put(api, bearer, carpeta())).json()["case"]
    reader = bearer("feed:reta-pnp:read")
    record = await api.get(
        "/v1/feeds/reta-pnp/record", params={"number": "COM-MAZUKO-2023-41"}, headers=reader
    )
    assert record.status_code == 200
    assert case in record.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "empty-body"),
        (b"[]", 422, "not-one-record"),
        (b"{}{}", 422, None),
        (b"[{}, {}]", 422, "not-one-record"),
        (b"\x00", 422, None),
        (b"\xff\xfe{}", 422, None),
    ],
)
async def test_what_is_no_single_record_is_refused(
    api: httpx.AsyncClient, bearer: Bearer, body: bytes, status: int, code: str | None
) -> None:
    response = await put(api, bearer, body)
    if response.status_code == 200:
        assert response.json()["outcome"] == "rejected"
        return
    problem(response, status, code or response.json()["code"])


async def test_a_single_expediente_is_xml(api: httpx.AsyncClient, bearer: Bearer) -> None:
    whole = sample(Feed.PODER_JUDICIAL)
    start, end = whole.index(b"<expediente "), whole.index(b"</expediente>") + len(b"</expediente>")
    head = whole[: whole.index(b">", whole.index(b"<expedientes ")) + 1]
    one = head + whole[start:end] + b"</expedientes>"
    headers = {**bearer("feed:poder-judicial:write"), "Content-Type": "application/xml"}
    where = "/v1/feeds/poder-judicial/record"
    answered = await api.put(where, content=one, headers=headers)
    assert answered.json()["outcome"] == "accepted"
    bomb = b'<!DOCTYPE a [<!ENTITY x "y">]>' + one
    problem(await api.put(where, content=bomb, headers=headers), 422, "body-unreadable")
    problem(await api.put(where, content=whole, headers=headers), 422, "not-one-record")


async def test_two_puts_of_one_new_record_at_once_keep_it_once(
    api: httpx.AsyncClient, bearer: Bearer, database: Database
) -> None:
    answers = await asyncio.gather(*(put(api, bearer, carpeta()) for _ in range(4)))
    assert sorted(answer.json()["outcome"] for answer in answers) == [
        "accepted",
        "repeated",
        "repeated",
        "repeated",
    ]
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM record")) == 1


async def test_a_client_that_hangs_up_half_way_leaves_nothing(
    database: Database, database_url: str, tmp_path: Any
) -> None:
    """Over a real socket: the server has the first half when the connection is gone."""
    settings = Settings(home=tmp_path, port=0)
    with bound_socket(settings) as listener:
        port = listener.getsockname()[1]
        settings = settings.model_copy(update={"port": port})
        services = build_services(settings, database_url, database, KeyRing.generate(), SystemClock())
        stop = asyncio.Event()
        serving = asyncio.create_task(serve_until(services, listener, stop))
        token = services.authorisation.issuer.issue(
            "cl-0000000000000000", ("feed:reta-pnp:write",), services.clock.now()
        )
        try:
            connection = await asyncio.to_thread(_half_sent, port, token)
            await _until(database, 1)  # the half that came is in a transaction
            connection.close()
            await _until(database, 0)
        finally:
            stop.set()
            await serving
    async with database.read() as session:
        for table in ("batch", "landed_chunk", "pgqueuer"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def _half_sent(port: int, token: str) -> socket.socket:
    head = (
        "POST /v1/feeds/reta-pnp/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/csv\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 5000000\r\n\r\n"
    )
    for _ in range(100):
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            break
        except ConnectionRefusedError:  # bound, but not listening yet
            time.sleep(0.05)
    connection.sendall(head.encode() + b"x" * 2_500_000)
    return connection


async def _until(database: Database, transactions: int) -> None:
    """So many other connections are inside a transaction."""
    busy = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state <> 'idle' AND pid <> pg_backend_pid()"
    )
    for _ in range(200):
        async with database.read() as session:
            if await session.scalar(busy) == transactions:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never were {transactions} transactions open")
