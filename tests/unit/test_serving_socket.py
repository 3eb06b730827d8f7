"""Answers leave at once: Nagle's algorithm is off on the connections of the server."""

import asyncio
import socket

from app.core.settings import Settings
from app.serving import bound_socket


async def test_connections_of_the_server_do_not_wait_for_acknowledgements() -> None:
    found = asyncio.get_running_loop().create_future()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        found.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = bound_socket(Settings(port=0))
    server = await asyncio.start_server(met, sock=listener)
    async with server:
        _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        assert await asyncio.wait_for(found, 5) != 0
        writer.close()
