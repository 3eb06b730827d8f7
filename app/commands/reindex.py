"""``intertrata reindex``: features and blind keys made anew, where the program makes others by now."""

import asyncio
from typing import Annotated

import orjson
import typer

from app.core.settings import Settings
from app.ingestion.replaying import ReplaySummary
from app.wiring import open_services

app = typer.Typer()


@app.command()
def reindex(
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Indexar de nuevo lo que una versión anterior indexó / index anew what an earlier version indexed."""
    summary = asyncio.run(_reindex(Settings()))
    if json:
        told = {"indexed": summary.changed, "left": summary.unusable}
        typer.echo(orjson.dumps(told).decode())
        return
    typer.echo(f"{summary.changed} indexados / indexed, {summary.unusable} como estaban / left as they were")


async def _reindex(settings: Settings) -> ReplaySummary:
    async with open_services(settings) as services:
        return await services.ingestion.reindex()
