"""Where one answer ends and the next begins is what its header says: nobody can read one as two."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.core.settings import Settings
from app.serving import bound_socket, serve_until
from app.wiring import Services

PATHS = (
    "/health/ready",
    "/.well-known/jwks.json",
    "/docs/swagger-ui.css",
    "/openapi.json",
    "/v1/cases",  # 401
    "/no/hay/tal",  # 404
    "/v1/cases?after=%00",  # 400
)


@pytest_asyncio.fixture
async def address(services: Services) -> AsyncIterator[tuple[str, int]]:
    stop = asyncio.Event()
    with bound_socket(Settings(port=0)) as listener:
        serving = asyncio.create_task(serve_until(services, listener, stop))
        yield listener.getsockname()[:2]
        stop.set()
        await serving


async def told(address: tuple[str, int], method: str, path: str) -> tuple[dict[str, str], bytes]:
    """Headers (lower case) and everything that came after them until the server closed the connection."""
    reader, writer = await asyncio.open_connection(*address)
    request = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())
    head, _, body = (await asyncio.wait_for(reader.read(-1), 60)).partition(b"\r\n\r\n")
    writer.close()
    _, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    assert len({name.lower() for name, _ in pairs}) == len(pairs), "a header twice"
    return {name.lower(): value for name, value in pairs}, body


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_is_as_long_as_it_says_on_the_wire(address: tuple[str, int], path: str) -> None:
    headers, body = await told(address, "GET", path)
    assert int(headers["content-length"]) == len(body) > 0
    assert "transfer-encoding" not in headers
