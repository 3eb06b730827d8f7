"""``intertrata reconcile``: link what changed, or everything anew."""

import asyncio
import time
from typing import Annotated

import orjson
import typer

from app.core.settings import Settings
from app.reconciliation.service import LinkSummary
from app.wiring import Services, open_services

app = typer.Typer()


@app.command()
def reconcile(
    full: Annotated[bool, typer.Option("--full", help="Todo de nuevo / everything anew.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Vincular registros, casos y personas / link records, cases and persons."""
    started = time.monotonic()
    summary, totals = asyncio.run(_reconcile(Settings(), full))
    seconds = round(time.monotonic() - started, 3)
    if json:
        told = {"full": summary.full, "records": summary.records, **totals, "seconds": seconds}
        typer.echo(orjson.dumps(told).decode())
    else:
        _show(summary, totals, seconds)


async def _reconcile(settings: Settings, full: bool) -> tuple[LinkSummary, dict[str, int]]:
    async with open_services(settings) as services:
        summary = await _run(services, full)
        async with services.database.read() as session:
            return summary, await services.linker.totals(session)


async def _run(services: Services, full: bool) -> LinkSummary:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("vinculando / linking", total=None)

        def tell(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        if full:
            return await services.linker.reconcile_full(tell)
        return await services.linker.link_pending(tell)


def _show(summary: LinkSummary, totals: dict[str, int], seconds: float) -> None:
    typer.echo(f"{summary.records} registros vinculados / records linked, {seconds:.1f} s")
    typer.echo(f"{totals['cases']} casos / cases, {totals['persons']} personas / persons")
