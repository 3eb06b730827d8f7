"""What no request may exceed: the size and pace of its body, the time to an answer; held over a socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from sqlalchemy import text
from starlette.exceptions import HTTPException

from app.db.engine import ReadDep
from app.main import create_app
from app.security.callers import CaseReader
from app.shell.bounds import Bounds, Limits
from app.wiring import Services
from support.web_fixtures import Bearer

LARGE = b"x" * (1024 * 1024 + 1)


@pytest_asyncio.fixture
async def address(services: Services) -> AsyncIterator[str]:
    settings = services.settings.model_copy(update={"request_seconds": 1})
    object.__setattr__(services, "settings", settings)
    app = create_app(services)

    @app.get("/probe/slow")
    async def slow(caller: CaseReader, session: ReadDep) -> None:
        await session.execute(text("select pg_sleep(30)"))

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_an_answer_that_takes_too_long_is_given_up_and_its_statement_too(
    services: Services, address: str, bearer: Bearer
) -> None:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        answers = [await http.get("/probe/slow", headers=bearer("registry:read")) for _ in range(2)]
        assert [(a.status_code, a.json()["code"]) for a in answers] == [(503, "request-timed-out")] * 2
        assert answers[0].headers["retry-after"] == "5"
        assert (await http.get("/health/ready")).status_code == 200
    async with services.database.read() as session:
        asleep = text("""SELECT count(*) FROM pg_stat_activity
            WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()""")
        assert await session.scalar(asleep) == 0


@pytest.mark.parametrize("route", ["/v1/cases/{}/pins", "/v1/persons/{}/identity", "/v1/break-glass"])
async def test_a_body_that_is_too_large_is_refused_declared_or_not(
    address: str, bearer: Bearer, route: str
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield LARGE[: 64 * 1024]

    path = route.format("00000000-0000-4000-8000-000000000000")
    sent = bearer("registry:read", "review", "identity:read", "break-glass") | {
        "Content-Type": "application/json"
    }
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        for content in (LARGE, parts()):
            answer = await http.post(path, content=content, headers=sent)
            assert (answer.status_code, answer.json()["code"]) == (413, "content-too-large")


async def test_a_sender_that_falls_silent_is_let_go() -> None:
    with pytest.raises(HTTPException) as refused:
        await _fed([(0.0, b"{"), (5.0, b"}")])
    assert refused.value.status_code == 408


async def test_a_body_that_drips_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.shell.bounds.PATIENCE_SECONDS", 0.2)
    with pytest.raises(HTTPException) as refused:
        await _fed([(0.05, b"x")] * 20)
    assert refused.value.status_code == 408
    assert await _fed([(0.05, b"x" * 4096)] * 8) == 8 * 4096


async def _fed(parts: list[tuple[float, bytes]]) -> int:
    """How much of a body came through, sent in these parts after these pauses."""
    waiting, read = iter(parts), 0

    async def receive() -> Any:
        pause, body = next(waiting, (0.0, None))
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal read
        more = True
        while more:
            message = await receive()
            read, more = read + len(message["body"]), message["more_body"]

    async def send(message: Any) -> None:
        raise AssertionError(json.dumps(message, default=str))

    scope: dict[str, Any] = {"type": "http", "headers": [], "state": {}}
    await Bounds(app, Limits(1024 * 1024, 5, silent_seconds=0.3))(scope, receive, send)
    return read
