"""``intertrata queue``: what waits, and what was held after failing too often."""

import asyncio
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import orjson
import typer

from app.core.queue import QueueState, queue_state, release_held
from app.core.settings import Settings
from app.wiring import open_services

app = typer.Typer(no_args_is_help=True, help="La cola de trabajos / the queue of jobs.")

Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


@app.command()
def status(as_json: Json = False) -> None:
    """Cuántos trabajos esperan, corren y están retenidos / how many jobs wait, run and are held."""
    found = asyncio.run(_status(Settings()))
    if as_json:
        typer.echo(orjson.dumps(asdict(found)).decode())
        return
    typer.echo(f"en espera / queued: {found.queued}\nen curso / running: {found.running}")
    typer.echo(f"retenidos / held:   {found.held}")


@app.command()
def release(as_json: Json = False) -> None:
    """Volver a encolar los retenidos, corregida la causa / queue the held again, their cause put right."""
    released = asyncio.run(_release(Settings()))
    line = orjson.dumps({"released": released}).decode()
    typer.echo(line if as_json else f"{released} trabajos encolados de nuevo / jobs queued again")


@app.command()
def retry(batch: Annotated[UUID, typer.Argument(help="Identificador del lote / id of the batch.")]) -> None:
    """Traducir otra vez un lote en que falló el adaptador / translate again a batch its adapter broke on."""
    asyncio.run(_retry(Settings(), batch))
    typer.echo(f"{batch}: en espera / queued")


async def _status(settings: Settings) -> QueueState:
    async with open_services(settings) as services, services.database.read() as session:
        return await queue_state(session)


async def _release(settings: Settings) -> int:
    async with open_services(settings) as services, services.database.write() as session:
        return await release_held(session)


async def _retry(settings: Settings, batch: UUID) -> None:
    async with open_services(settings) as services:
        await services.ingestion.retry(batch)
