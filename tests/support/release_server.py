"""The whole application on a socket of its own, with invented releases behind it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from app.core.settings import Settings
from app.main import create_app
from app.wiring import Services, open_services
from support.published_releases import InMemoryReleases


@dataclass
class Served:
    address: str
    releases: InMemoryReleases
    services: Services
    behind: list[InMemoryReleases]  # the one that answers; a test may put another in its place

    def bearer(self, *scopes: str) -> dict[str, str]:
        now = self.services.clock.now()
        token = self.services.authorisation.issuer.issue("cl-0000000000000000", scopes, now)
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def release_server(database_url: str, home: Path, releases: InMemoryReleases) -> Iterator[Served]:
    """In a thread with its own event loop, so that clients that block may call it."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = Settings(home=home, database_url=database_url, port=port, log_level="error")
    ready, found, stop, behind = threading.Event(), [], [], [releases]

    async def run() -> None:
        async with open_services(settings) as services:
            app = create_app(services)
            app.state.published_releases = lambda _session: behind[0]
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
            found.append(services)
            stop.append(server)
            asyncio.get_running_loop().call_soon(ready.set)
            await server.serve(sockets=[listener])

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(60), "the server did not come up"
        yield Served(f"http://127.0.0.1:{port}", releases, found[0], behind)
    finally:
        if stop:
            stop[0].should_exit = True
        thread.join(30)
