"""How many times a request goes to the database and waits: counted on the wire.

``counting(url)`` stands between the service and the server and reads the frontend's messages: each simple
query and each Sync is one wait for an answer, whoever sends it (statements, BEGIN, COMMIT, pings).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.engine import make_url

_WAITS = {b"Q", b"S"}
_SSL_REQUEST = 80877103


class Trips:
    def __init__(self) -> None:
        self.count = 0

    async def follow(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        """Pass on all that the client says; count what it waits for."""
        while True:  # before the first typed message: SSLRequest, then StartupMessage
            length = await reader.readexactly(4)
            rest = await reader.readexactly(int.from_bytes(length) - 4)
            onward.write(length + rest)
            if int.from_bytes(rest[:4]) != _SSL_REQUEST:
                break
        while kind := await reader.read(1):
            length = await reader.readexactly(4)
            onward.write(kind + length + await reader.readexactly(int.from_bytes(length) - 4))
            self.count += kind in _WAITS


@asynccontextmanager
async def counting(url: str) -> AsyncIterator[tuple[str, Trips]]:
    """The address of the same database through a counter, and the count."""
    known, trips = make_url(url), Trips()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, onward = await asyncio.open_connection(known.host, known.port or 5432)
        for each in (trips.follow(reader, onward), _pass(answers, writer)):
            task = asyncio.create_task(_quietly(each, onward, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    plain = known.set(host="127.0.0.1", port=port)
    try:
        yield plain.render_as_string(hide_password=False), trips
    finally:
        for task in list(tasks):
            task.cancel()
        server.close()


async def _pass(answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await answers.read(65_536):
        writer.write(data)


async def _quietly(running: object, *ends: asyncio.StreamWriter) -> None:
    try:
        await running  # type: ignore[misc]
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # somebody hung up: so does the other end
    finally:
        for end in ends:
            end.close()
