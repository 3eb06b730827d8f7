"""``intertrata explain``: why two records are, or are not, one case; two mentions, one person."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.audit.acts import ActKind, record_thing
from app.audit.console import act_at_console
from app.core.settings import Settings
from app.reconciliation.explanations import Sight
from app.reconciliation.waterfall import waterfall
from app.wiring import open_services
from schemas.judgements import Explanation, Member

app = typer.Typer(help="Por qué un par está unido o aparte / why a pair is together or apart.")
_SHAPE = "fuente:número, fuente:número:papel:orden, o id / feed:number, feed:number:role:order, or id"


@app.command()
def explain(
    a: Annotated[str, typer.Argument(help=_SHAPE)],
    b: Annotated[str, typer.Argument(help=_SHAPE)],
    svg: Annotated[Path | None, typer.Option(help="Además, el dibujo / the picture as well.")] = None,
    coarse: Annotated[
        bool, typer.Option("--coarse", help="Como lo ve quien no ve identidades / without identities.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Cada comparación, su nivel, su peso, y la suma / each comparison, its level, its weight, the sum."""
    told = asyncio.run(_explain(Settings(), (a, b), Sight(exact=not coarse, words=True)))
    if svg is not None:
        svg.write_text(waterfall(told), encoding="utf-8")
    if json:
        typer.echo(told.model_dump_json())
    else:
        show_explanation(told)


async def _explain(settings: Settings, ends: tuple[str, str], sight: Sight) -> Explanation:
    async with open_services(settings) as services:
        async with services.database.read() as session:
            told = await services.explanations.between(session, *ends, sight)
        records = dict.fromkeys(record_thing(each.feed, each.number) for each in (told.a, told.b))
        async with services.database.write() as session:  # before anything is shown
            await services.audit.witness(
                session, act_at_console(ActKind.PERSON_READ, *records, outcome="told")
            )
        return told


def show_explanation(told: Explanation) -> None:
    """As a table: each comparison, its level, its bits."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "nivel / level", "bits")
    for step in told.steps:
        bits = "-" if step.bits is None else f"{step.bits:+.3f}"
        table.add_row(step.es, f"{step.name}.{step.level}", bits)
    if told.weight is not None and told.probability is not None:
        table.add_section()
        table.add_row(f"suma / sum (p = {told.probability:.6f})", "", f"{told.weight:+.3f}")
    console = Console()
    console.width = max(console.width, 118)
    console.print(f"{_name(told.a)}  -  {_name(told.b)}: {told.outcome}", markup=False)
    console.print(table)
    if told.thresholds is not None:
        limits = told.thresholds
        typer.echo(
            f"modelo / model {told.model}, política / policy {limits.policy}: "
            f"revisión / review {limits.lower:g}, vínculo / link {limits.upper:g}"
        )
    for note in told.notes:
        typer.echo(note)


def _name(member: Member) -> str:
    named = f"{member.feed.value}:{member.number}"
    return named if member.role is None else f"{named}:{member.role.value}:{member.order}"
