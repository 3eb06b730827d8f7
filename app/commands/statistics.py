"""``intertrata statistics``: the feeds beside each other and beside the reconciled truth."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands import cube
from app.core.clock import lima_day
from app.core.settings import Settings
from app.statistics.asking import refuse_future
from app.statistics.concordance.service import ConcordanceService
from app.statistics.periods import reached
from app.statistics.published.service import PublishedService
from app.wiring import open_services
from schemas.concordance import Concordance, Quartiles
from schemas.published import Compared
from schemas.query import Grain
from schemas.vocabulary import DateBasis, OffenceFamily

app = typer.Typer(no_args_is_help=True)
app.add_typer(cube.app)
Machine = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


@app.callback()
def _statistics() -> None:
    """Las fuentes, lado a lado / the feeds, side by side."""


@app.command()
def concordance(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Incluido / included.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Incluido / included.")
    ] = None,
    family: Annotated[OffenceFamily, typer.Option(help="Delito / offence.")] = OffenceFamily.TRAFFICKING,
    date_basis: Annotated[
        DateBasis, typer.Option(help="De lo que comenzó: report o facts / of what began: report or facts.")
    ] = DateBasis.REPORT,
    json: Machine = False,
) -> None:
    """Quién conoce qué, en cuánto tiempo, qué se pierde / who knows of what, how long, what is lost."""
    found = asyncio.run(_concordance(Settings(), family, _day(since), _day(until), date_basis))
    if json:
        typer.echo(found.model_dump_json())
        return
    console = Console()
    for table in _tables(found):
        console.print(table)
    for each in found.definitions:
        console.print(f"[bold]{each.id}[/] {each.words.es} / {each.words.en}", highlight=False)


@app.command()
def published(json: Machine = False) -> None:
    """Lo publicado, al lado del registro / what was published, beside the registry."""
    found = asyncio.run(_compared(Settings()))
    if json:
        typer.echo(found.model_dump_json())
    else:
        Console().print(_beside(found))


def _day(typed: datetime | None) -> date | None:
    return typed.date() if typed else None


async def _concordance(
    settings: Settings, family: OffenceFamily, since: date | None, until: date | None, basis: DateBasis
) -> Concordance:
    async with open_services(settings) as services, services.database.read() as session:
        today = lima_day(services.clock.now())
        refuse_future({"--from": since, "--to": until}, today)
        unfinished = reached(until, Grain.YEAR, today)
        return await ConcordanceService(session).concordance(family, since, until, basis, unfinished)


async def _compared(settings: Settings) -> Compared:
    async with open_services(settings) as services, services.database.read() as session:
        return await PublishedService(session).compared()


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading)
    return table


def _tables(found: Concordance) -> Iterator[Table]:
    period = f"{found.since or '…'} - {found.until or '…'}, {found.offence_family}, {found.date_basis}"
    headings = ("fuente", "registros", "víctimas nombradas", "casos", "víctimas", "hasta")
    if found.unfinished:
        period += f", sin terminar / unfinished: {', '.join(found.unfinished)}"
    table = _table(f"Fuentes y registro / feeds and registry: {period}", *headings)
    for source in found.sources:
        own = (source.records, source.victim_mentions, source.cases, source.victims)
        table.add_row(source.feed, *map(str, own), str(source.heard_until or "-"))
    whole = found.reconciled
    table.add_row("reconciliado", "-", "-", str(whole.cases), str(whole.victims), "-")
    table.add_row("sin fecha / undated", "-", "-", str(whole.undated_cases), str(whole.undated_victims), "-")
    yield table
    table = _table(
        "Quién conoce qué / who knows of what", "1818", "reta", "sistra", "pj", "casos", "víctimas"
    )
    for cell in found.membership:
        table.add_row(*("x" if bit == "1" else "" for bit in cell.feeds), str(cell.cases), str(cell.victims))
    yield table
    yield _lags(found)
    table = _table("Embudo / funnel", "paso", "casos, por cada paso", "por cualquier camino / anyway")
    for step in found.funnel:
        table.add_row(step.step, str(step.cases), str(step.anyway))
    yield table


def _lags(found: Concordance) -> Table:
    headings = ("tramo", "casos", "medidos", "días: cuartiles", "contrad.", "sin fecha", "no llegó")
    more = ("esperan: cuartiles", "hasta", "sin inicio")
    table = _table("Días entre instituciones / days between institutions", *headings, *more)
    for lag in found.lags:
        table.add_row(
            f"{lag.start} - {lag.end}",
            str(lag.cases),
            str(lag.measured),
            _days(lag.days),
            str(lag.contradicting),
            str(lag.undated),
            str(lag.not_arrived),
            _days(lag.waited),
            str(lag.heard_until or "-"),
            str(lag.without_start),
        )
    return table


def _days(found: Quartiles | None) -> str:
    return f"{found.lower:g} / {found.median:g} / {found.upper:g}" if found else "-"


def _beside(found: Compared) -> Table:
    headings = (
        "sistema",
        "tabla",
        "quién",
        "periodo",
        "unidad",
        "desglose",
        "dice",
        "registro",
        "diferencia",
    )
    table = _table("Lo publicado y el registro / what was published and the registry", *headings)
    for each in found.comparisons:
        figure = each.figure
        table.add_row(
            figure.system,
            figure.table,
            figure.institution,
            figure.period,
            figure.unit,
            f"{figure.breakdown}: {figure.category}",
            str(figure.value),
            "-" if each.registry is None else str(each.registry),
            "-" if each.difference is None else f"{each.difference:+}",
        )
    return table
