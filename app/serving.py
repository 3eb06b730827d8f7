"""The HTTP server around the application, and how it ends."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from app.core.errors import OperatorError
from app.core.logging import get_logger
from app.core.settings import Settings
from app.main import create_app
from app.security import modes
from app.shell.tls import PeerProtocol, context_of
from app.statistics.cube.service import Cube
from app.wiring import Services

log = get_logger(__name__)

GRACE_SECONDS = 10
BACKLOG = 2048


class AddressInUse(OperatorError):
    code = "address-in-use"
    es = "La dirección {host}:{port} ya está ocupada. Elija otra con --port (0: cualquiera libre)."
    en = "The address {host}:{port} is taken. Choose another with --port (0: any free one)."


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are installed by ``stop_signals``: uvicorn would raise them again on its way out and end the
        process before the database is released."""
        yield


def bound_socket(settings: Settings) -> socket.socket:
    """Bound and listening before anything is said about the address, so that who reads it may call at once.

    Listening also keeps a second process off it, which being bound does not. Raises ``AddressInUse``.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named so that asyncio knows TCP and turns Nagle's algorithm off: an answer in two writes
    # would else wait 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise AddressInUse(host=settings.host, port=settings.port) from None
    return listener


def check_mode(services: Services) -> None:
    """Raises ``DemoBeyondLoopback`` or ``IssuerWithoutTls`` where the mode forbids to serve here."""
    issuer = services.authorisation.realm.issuer
    if services.authorisation.demo:
        modes.check_demo(services.settings.host, issuer)
    else:
        modes.check_production(issuer)


@asynccontextmanager
async def stop_signals() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C or SIGTERM sets."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)


async def serve_until(services: Services, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve the API on ``listener`` until ``stop`` is set; open requests get ``GRACE_SECONDS`` to end."""
    context = context_of(services.settings)
    if services.authorisation.demo:
        log.warning("demo_mode")
    application = create_app(services)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,  # it would write query strings; app.shell.envelope writes ours
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        http=PeerProtocol,
        ssl_context_factory=None if context is None else lambda _config, _default: context,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    stopping = asyncio.create_task(_pass_on(stop, server))
    cube: Cube = application.state.cube
    warming = asyncio.create_task(cube.warm())
    try:
        await server.serve(sockets=[listener])
    finally:
        await cube.close()
        await asyncio.gather(warming, return_exceptions=True)
        stop.set()  # whatever ended the server ends what runs beside it
        await stopping


async def _pass_on(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True
