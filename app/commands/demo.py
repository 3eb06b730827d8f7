"""``intertrata demo``: the main job, from the files of four institutions to an API that answers."""

import asyncio
import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.commands.demo_summary import Shown, show_access, show_registry
from app.commands.ingest import take_in
from app.commands.release import solver_aside
from app.core.clock import lima_day
from app.core.settings import Settings
from app.releases.periods import Period, finished
from app.releases.service import Word
from app.security.demo import refuse_beyond_loopback
from app.security.modes import DEMO_BANNER
from app.security.scopes import SCOPES
from app.serving import AddressInUse, bound_socket, check_mode, serve_until, stop_signals
from app.statistics.service import StatisticsService
from app.wiring import Services, open_services, run_worker
from app.world.evaluate import evaluate_files
from app.world.rates import Difficulty
from app.world.world import World
from schemas.query import Grain
from schemas.vocabulary import Feed

app = typer.Typer()

WORLD = "demo"  # folder of the home that keeps the invented files and the truth
DONE = "ingested"  # written once everything was taken in: a second start serves at once


@app.command()
def demo(
    cases: Annotated[int, typer.Option(min=1, help="Casos inventados / invented cases.")] = 2000,
    seed: Annotated[int, typer.Option(help="Semilla / seed.")] = 1818,
    difficulty: Annotated[Difficulty, typer.Option(help="Dificultad / difficulty.")] = Difficulty.NORMAL,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="0: cualquiera libre / any free.")
    ] = None,
    serve: Annotated[bool, typer.Option(help="Atender la API al final / serve the API at the end.")] = True,
) -> None:
    """Todo de una vez, con datos inventados / everything at once, on invented data."""
    settings = Settings().model_copy(update={"mode": "demo"})
    refuse_beyond_loopback(settings.host)
    with _listener(settings, port) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        asyncio.run(_demo(settings, World.generate(cases, seed, difficulty, broken=True), listener, serve))


def _listener(settings: Settings, port: int | None) -> socket.socket:
    """On the port asked for; where none was asked for and the usual one is taken, on any free one."""
    if port is not None:
        return bound_socket(settings.model_copy(update={"port": port}))
    try:
        return bound_socket(settings)
    except AddressInUse:
        return bound_socket(settings.model_copy(update={"port": 0}))


async def _demo(settings: Settings, world: World, listener: socket.socket, serve: bool) -> None:
    async with stop_signals() as stop, open_services(settings) as services:
        folder = settings.home / WORLD
        if not (folder / DONE).is_file():
            await _fill(services, world, folder)
        release = await _release(services)
        await services.merkle.checkpoint()
        report = evaluate_files(folder / "truth.csv", await _links(services, folder), folder / "traits.csv")
        await show_registry(services, Shown(folder, report, release))
        if not serve or stop.is_set():
            return
        check_mode(services)
        client = await services.clients.create("demo", list(SCOPES))
        typer.echo(DEMO_BANNER, err=True)
        show_access(services.authorisation.realm.issuer, client)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_worker(services, stop))
            tasks.create_task(serve_until(services, listener, stop))


async def _fill(services: Services, world: World, folder: Path) -> None:
    """The same way as real files: written in the four native forms, landed, translated, linked."""
    delivered = await asyncio.to_thread(world.write, folder)
    for feed in Feed:
        await take_in(services.ingestion, feed, delivered.files[feed])
    (folder / DONE).touch()


async def _release(services: Services) -> str:
    """The latest bimester of which a case is held, released by two invented persons; its name."""
    releases = services.releases
    if held := await releases.all():
        return held[-1].id
    async with services.database.read() as session:
        standing = await StatisticsService(session).standing()
    if standing.first_day is None or standing.last_day is None:
        raise RuntimeError("the demo has cases")
    after = Period.holding(standing.last_day, Grain.BIMESTER).last + timedelta(days=1)
    period = finished(standing.first_day, min(after, lima_day(services.clock.now())))[-1]
    with solver_aside():
        made = await releases.build(period.code, Word("demo-estadística-1", "demostración"))
    word = Word("demo-estadística-2", "demostración")
    await releases.approve(made.release, word)
    await releases.publish(made.release, word)
    return made.release


async def _links(services: Services, folder: Path) -> Path:
    from app.reconciliation.links import export_links

    out = folder / "links.csv"
    async with services.database.read() as session:
        await export_links(session, out)
    return out
