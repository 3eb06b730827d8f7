"""``intertrata serve``: the API, and the worker too where asked."""

import asyncio
import socket
from typing import Annotated

import typer

from app.core.settings import Settings
from app.security.modes import DEMO_BANNER
from app.serving import bound_socket, check_mode, serve_until, stop_signals
from app.wiring import open_services, run_worker

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Dirección / address.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="0: cualquiera libre / any free.")
    ] = None,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Trabajar también la cola / work the queue too.")
    ] = False,
) -> None:
    """Atender la API hasta Ctrl-C / serve the API until Ctrl-C."""
    settings = Settings()
    wanted = {"host": host, "port": port}
    settings = settings.model_copy(
        update={name: value for name, value in wanted.items() if value is not None}
    )
    with bound_socket(settings) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        asyncio.run(_serve(settings, listener, with_worker=with_worker))


async def _serve(settings: Settings, listener: socket.socket, *, with_worker: bool) -> None:
    async with (
        stop_signals() as stop,
        open_services(settings, only_answers=not with_worker) as services,
        asyncio.TaskGroup() as tasks,
    ):
        check_mode(services)
        shown = "/docs" if settings.docs_open else ""
        typer.echo(f"{services.authorisation.realm.issuer}{shown}", err=True)
        if services.authorisation.demo:
            typer.echo(DEMO_BANNER, err=True)
        if with_worker:
            tasks.create_task(run_worker(services, stop))
        await serve_until(services, listener, stop)
