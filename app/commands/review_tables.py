"""What ``intertrata review`` shows to a person. No names: an item is told by the numbers of its records."""

import typer

from schemas.pagination import Page
from schemas.review import ReviewDecision, ReviewItem, ReviewMember, Side


def show_queue(page: Page[ReviewItem]) -> None:
    from rich.table import Table

    table = Table("par / pair", "cifras / figures", "menores / minors", "mueve / moves", "a", "b")
    for item in page.items:
        counts = (str(item.impact.figures), "sí / yes" if item.impact.minors else "", str(item.impact.moved))
        table.add_row(item.id, *counts, _member(item.a.member), _member(item.b.member))
    _print(table)
    if page.next is not None:
        typer.echo(f"--after {page.next}")


def show_item(item: ReviewItem) -> None:
    impact = item.impact
    typer.echo(f"{item.id}: {item.state.value}; pares dudosos / doubtful pairs: {item.pairs}")
    for name, side in (("a", item.a), ("b", item.b)):
        typer.echo(f"  {name}: {_side(side)}")
    counts = (
        ("casos / cases", impact.cases),
        ("víctimas / victims", impact.victims),
        ("victimizaciones / victimisations", impact.victimisations),
        ("presuntos autores / suspects", impact.suspects),
    )
    told = ", ".join(f"{count} {name}" for name, count in counts if count)
    typer.echo(f"  si fueran uno, menos / if they were one, fewer: {told or '-'}")
    if item.lease is not None:
        whose = "suyo / yours" if item.lease.mine else "de otra persona / somebody else's"
        typer.echo(f"  tomado hasta / held until {item.lease.until:%Y-%m-%d %H:%M}: {whose}")
    if item.proposal is not None:
        typer.echo(f"  espera otra palabra / waits for another word: {item.proposal}")


def show_decision(told: ReviewDecision) -> None:
    effect = told.effect
    typer.echo(f"{told.id or 'vista previa / preview'}: {told.state.value} {told.outcome or told.act.value}")
    typer.echo(f"  casos / cases {effect.cases:+d}, personas / persons {effect.persons:+d}")
    for change in effect.figures:
        where = " ".join(str(part) for part in (change.department, change.year) if part is not None)
        typer.echo(
            f"  {change.unit} {change.offence_family.value} {where or 'país / country'}: {change.change:+d}"
        )
    if told.needs_second:
        why = ", ".join(told.why_second)
        typer.echo(f"  hace falta otra persona / another reviewer is needed: {why}")


def _side(side: Side) -> str:
    return f"{_member(side.member)}  ({side.entity}, {side.members})"


def _member(member: ReviewMember) -> str:
    named = f"{member.feed.value}:{member.number}"
    return named if member.role is None else f"{named}:{member.role.value}:{member.order}"


def _print(table: object) -> None:
    from rich.console import Console

    console = Console()
    console.width = max(console.width, 118)
    console.print(table)
