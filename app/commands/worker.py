"""``intertrata worker``: works the queue; as many at once as are wanted, on as many machines."""

import asyncio

import typer

from app.core.settings import Settings
from app.serving import stop_signals
from app.wiring import open_services, run_worker

app = typer.Typer()


@app.command()
def worker() -> None:
    """Trabajar la cola hasta Ctrl-C / work the queue until Ctrl-C."""
    asyncio.run(_work(Settings()))


async def _work(settings: Settings) -> None:
    async with stop_signals() as stop, open_services(settings) as services:
        typer.echo("trabajando la cola / working the queue", err=True)
        await run_worker(services, stop)
