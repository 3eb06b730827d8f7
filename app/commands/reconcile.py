"""``intertrata reconcile``: link what changed, or everything anew."""

import asyncio
import time
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from app.core.settings import Settings
from app.reconciliation.service import LinkSummary
from app.wiring import Services, open_services

if TYPE_CHECKING:
    from app.reconciliation.batch import MakeEngine

app = typer.Typer()


class Engine(StrEnum):
    """Where a run over everything computes."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@app.command()
def reconcile(
    full: Annotated[bool, typer.Option("--full", help="Todo de nuevo / everything anew.")] = False,
    engine: Annotated[Engine, typer.Option(help="Con --full / with --full.")] = Engine.DUCKDB,
    master: Annotated[
        str, typer.Option(envvar="INTERTRATA_SPARK_MASTER", help="De Spark / of Spark.")
    ] = "local[*]",
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Vincular registros, casos y personas / link records, cases and persons."""
    started = time.monotonic()
    summary, totals = asyncio.run(_reconcile(Settings(), full, _maker(engine, master, full)))
    seconds = round(time.monotonic() - started, 3)
    if json:
        told = {"full": summary.full, "records": summary.records, **totals, "seconds": seconds}
        typer.echo(orjson.dumps(told).decode())
    else:
        _show(summary, totals, seconds)


def _maker(engine: Engine, master: str, full: bool) -> "MakeEngine | None":
    """None: DuckDB. Refused where Spark is wanted and cannot be, before anything is read."""
    if engine is Engine.DUCKDB:
        return None
    if not full:
        raise typer.BadParameter("--engine spark: --full")
    if find_spec("pyspark") is None:
        raise typer.BadParameter("pip install 'intertrata[spark]'")
    from app.reconciliation.engine import SparkEngine

    return partial(SparkEngine, master)


async def _reconcile(
    settings: Settings, full: bool, engine: "MakeEngine | None"
) -> tuple[LinkSummary, dict[str, int]]:
    async with open_services(settings) as services:
        summary = await _run(services, full, engine)
        async with services.database.read() as session:
            return summary, await services.linker.totals(session)


async def _run(services: Services, full: bool, engine: "MakeEngine | None") -> LinkSummary:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("vinculando / linking", total=None)

        def tell(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        if full:
            return await services.linker.reconcile_full(tell, engine)
        return await services.linker.link_pending(tell)


def _show(summary: LinkSummary, totals: dict[str, int], seconds: float) -> None:
    typer.echo(f"{summary.records} registros vinculados / records linked, {seconds:.1f} s")
    typer.echo(f"{totals['cases']} casos / cases, {totals['persons']} personas / persons")
