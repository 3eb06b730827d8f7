"""``intertrata replay``: what is kept verbatim, translated again by the adapter as it is now."""

import asyncio
from typing import Annotated

import orjson
import typer

from app.core.settings import Settings
from app.ingestion.replaying import ReplaySummary
from app.wiring import open_services
from schemas.vocabulary import Feed

app = typer.Typer()


@app.command()
def replay(
    feed: Annotated[Feed, typer.Argument(help="Fuente / feed.")],
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Traducir de nuevo lo guardado, tras corregir un adaptador / translate again what is kept."""
    summary = asyncio.run(_replay(Settings(), feed))
    if json:
        told = {name: getattr(summary, name) for name in ("read", "changed", "unusable", "rescued")}
        typer.echo(orjson.dumps({"feed": feed.value, **told}).decode())
        return
    typer.echo(f"{summary.read} leídos / read, {summary.changed} corregidos / corrected")
    typer.echo(f"{summary.rescued} rescatados / rescued, {summary.unusable} inservibles / unusable")


async def _replay(settings: Settings, feed: Feed) -> ReplaySummary:
    async with open_services(settings) as services:
        return await services.ingestion.replay(feed)
