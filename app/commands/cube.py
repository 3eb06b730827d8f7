"""``intertrata statistics rebuild|verify``: the cube, made anew and held against the count in SQL."""

import asyncio
import time
from typing import Annotated, Any

import orjson
import typer

from app.core.settings import Settings
from app.statistics.cube.refreshing import Held, advanced
from app.statistics.cube.repository import ask_anew
from app.statistics.cube.verifying import Difference, differences, questions
from app.wiring import Services, open_services
from schemas.vocabulary import Feed

app = typer.Typer()
SOURCES = (None, *Feed)


@app.command()
def rebuild(
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Cada proceso lee todo de nuevo antes de responder / every process reads all anew before it answers."""
    told = asyncio.run(_rebuild(Settings()))
    if json:
        typer.echo(orjson.dumps(told).decode())
        return
    for each in told:
        typer.echo(
            f"{each['source'] or 'reconciled'}: {each['facts']} hechos / facts, {each['mebibytes']} MiB, "
            f"{each['seconds']} s"
        )


async def _rebuild(settings: Settings) -> list[dict[str, Any]]:
    """Asks for it, and reads all once itself: what it finds, every process will."""
    async with open_services(settings) as services:
        async with services.database.write() as session:
            await ask_anew(session)
        return [await _read(services, source) for source in SOURCES]


async def _read(services: Services, source: Feed | None) -> dict[str, Any]:
    started = time.monotonic()
    async with services.database.read() as session:
        held = await advanced(session, source, None)
    return {
        "source": source,
        "position": held.mark.position,
        "facts": sum(map(len, held.facts.values())),
        "mebibytes": round(sum(facts.nbytes for facts in held.facts.values()) / 2**20, 1),
        "seconds": round(time.monotonic() - started, 3),
    }


@app.command()
def verify(
    rounds: Annotated[
        int,
        typer.Option(min=1, help="Veces; desde la segunda, refrescado / times; refreshed from the second."),
    ] = 1,
    pause: Annotated[float, typer.Option(min=0, help="Segundos entre veces / seconds between.")] = 5.0,
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """El cubo contra la cuenta en SQL, celda por celda / the cube against the count in SQL, cell by cell."""
    found = asyncio.run(_verify(Settings(), rounds, pause, json=json))
    if found:
        raise typer.Exit(1)


async def _verify(settings: Settings, rounds: int, pause: float, *, json: bool) -> int:
    """How many cells differ."""
    held: dict[Feed | None, Held] = {}
    differing = 0
    async with open_services(settings) as services:
        for turn in range(rounds):
            await asyncio.sleep(pause if turn else 0)
            differing += await _round(services, held, json=json)
    return differing


async def _round(services: Services, held: dict[Feed | None, Held], *, json: bool) -> int:
    """One snapshot for the cube and the count beside it."""
    asked = differing = position = 0
    async with services.database.read() as session:
        for source in SOURCES:
            cube = held[source] = await advanced(session, source, held.get(source))
            position = cube.mark.position
            for query in questions(source):
                asked += 1
                for each in await differences(session, cube, query):
                    differing += 1
                    typer.echo(_line(each, json=json))
    told = {"position": position, "questions": asked, "differing": differing}
    typer.echo(
        orjson.dumps(told).decode()
        if json
        else f"{position}: {asked} consultas / questions, {differing} celdas difieren / cells differ"
    )
    return differing


def _line(found: Difference, *, json: bool) -> str:
    cell = dict(zip(found.query.dimensions, found.codes, strict=False)) or "total"
    of = {"source": found.query.source, "measure": found.measure, "cell": cell}
    told = of | {"cube": found.cube, "sql": found.sql}
    if json:
        return orjson.dumps(told).decode()
    return f"{found.query.source or 'reconciled'} {found.measure} {cell}: {found.cube} / SQL {found.sql}"
