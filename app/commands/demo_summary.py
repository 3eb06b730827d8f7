"""What the demonstration tells a person: what came in, what stands, one case followed, how right it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from sqlalchemy import text

from app.models.feeds import FEED_ORDER
from app.registry.service import RegistryService
from app.releases.reading import PublishedReader
from app.releases.standard import TOTAL
from app.releases.visible import Visible
from app.security.clients import NewClient
from app.statistics.service import StatisticsService
from app.wiring import Services
from app.world.evaluate import Report
from schemas.registry import CaseDetail
from schemas.releases import CellStatus, Edition
from schemas.statistics import Overview
from schemas.vocabulary import Feed, OffenceFamily

INSTITUTIONS = {
    Feed.RETA_PNP: "RETA-PNP",
    Feed.SISTRA: "SISTRA",
    Feed.PODER_JUDICIAL: "Poder Judicial",
    Feed.LINEA_1818: "Línea 1818",
}
FAMILIES = {
    OffenceFamily.TRAFFICKING: "Trata de personas / trafficking",
    OffenceFamily.SMUGGLING: "Tráfico ilícito de migrantes / smuggling",
    OffenceFamily.RELATED: "Delitos conexos / related offences",
}
OUTCOMES = (
    "received",
    "accepted",
    "accepted_with_warnings",
    "repeated",
    "superseded",
    "conflicting",
    "rejected",
)
OUTCOME_HEADINGS = (
    "recibidas\nreceived",
    "aceptadas\naccepted",
    "con advert.\nwarnings",
    "repetidas\nrepeated",
    "superadas\nsuperseded",
    "en conflicto\nconflicting",
    "rechazadas\nrejected",
)
TAKEN_IN = """
SELECT feed, sum(received) AS received, sum(accepted) AS accepted,
  sum(accepted_with_warnings) AS accepted_with_warnings, sum(repeated) AS repeated,
  sum(superseded) AS superseded, sum(conflicting) AS conflicting, sum(rejected) AS rejected
FROM batch WHERE mode = 'keep' GROUP BY feed
"""
# a case that all four institutions know, told by many reports of few people: the easiest to follow
TELLING = """
SELECT id FROM case_entity WHERE offence_family = 'trafficking' AND feeds = 15
  AND victims BETWEEN 2 AND 4 AND suspects > 0 AND reports >= 5
ORDER BY victims + suspects, reports DESC, number LIMIT 1
"""
WIDTH = 112


@dataclass(frozen=True, slots=True)
class Shown:
    folder: Path
    report: Report
    release: str


async def show_registry(services: Services, shown: Shown) -> None:
    console = Console(width=WIDTH, highlight=False)
    async with services.database.read() as session:
        taken_in = {row.feed: row for row in await session.execute(text(TAKEN_IN))}
        overview = await StatisticsService(session).overview(None, None)
        telling: UUID | None = (await session.execute(text(TELLING))).scalar_one_or_none()
        case = await RegistryService(session).case(telling) if telling else None
    console.rule(
        "Personas inventadas / invented people: nadie de esta demostración existe / nobody here exists"
    )
    console.print(_deliveries(taken_in))
    console.print(_figures(overview))
    console.print(_overlap(overview))
    if case is not None:
        console.print(_followed(case))
    console.print(_rightness(shown.report))
    console.print(await _released(services, shown.release))
    console.print(f"Archivos / files: {shown.folder}", style="dim")


def show_access(url: str, client: NewClient) -> None:
    console = Console(width=WIDTH, highlight=False)
    lines = (
        "[bold red]DEMOSTRACIÓN: estas claves solo valen aquí; nunca con datos reales. /"
        " DEMO: these credentials are for here only; never with real data.[/]",
        f"API y documentación / API and documentation: [bold]{url}/docs[/]",
        f"client_id {client.id}   client_secret {client.secret}",
        "",
        f"TOKEN=$(curl -s -u {client.id}:{client.secret} \\",
        f"  -d grant_type=client_credentials {url}/oauth/token \\",
        '  | sed \'s/.*"access_token":"\\([^"]*\\)".*/\\1/\')',
        f'curl -s -H "Authorization: Bearer $TOKEN" "{url}/v1/cases?several_feeds=true&limit=3"',
        f'curl -s -H "Authorization: Bearer $TOKEN" {url}/v1/statistics/overview',
        "",
        "Ctrl-C para terminar / to stop.",
    )
    console.rule("INTERTRATA")
    for line in lines:
        console.print(line, soft_wrap=True)


def _deliveries(taken_in: Mapping[str, Any]) -> Table:
    table = Table(
        "fuente / feed", *OUTCOME_HEADINGS, title="1. Lo que llegó / what came in (versiones / versions)"
    )
    for feed in FEED_ORDER:
        if feed.value in taken_in:
            counts = [str(getattr(taken_in[feed.value], name)) for name in OUTCOMES]
            table.add_row(INSTITUTIONS[feed], *counts)
    return table


def _figures(overview: Overview) -> Table:
    table = Table(
        title="2. Lo que dice cada fuente, y la verdad reconciliada / each feed, and the reconciled truth"
    )
    table.add_column("delito / offence")
    table.add_column("cifra / figure")
    for feed in FEED_ORDER:
        table.add_column(INSTITUTIONS[feed], justify="right")
    table.add_column("reconciliado\nreconciled", justify="right", style="bold")
    for family in overview.families:
        by_feed = {figures.feed: figures for figures in family.feeds}
        rows = (
            ("registros, casos / records, cases", "records", family.reconciled.cases),
            ("víctimas / victims", "victim_mentions", family.reconciled.victims),
        )
        for label, (heading, name, reconciled) in zip(
            (FAMILIES[family.offence_family], ""), rows, strict=True
        ):
            cells = [str(getattr(by_feed[feed], name)) for feed in FEED_ORDER]
            table.add_row(label, heading, *cells, str(reconciled))
        stated = [by_feed[feed].convicted for feed in FEED_ORDER]
        cells = ["-" if count is None else str(count) for count in stated]
        convicted = str(family.reconciled.convicted)
        table.add_row("", "sentenciados / convicted", *cells, convicted, end_section=True)
    return table


def _overlap(overview: Overview) -> Table:
    trafficking = next(f for f in overview.families if f.offence_family is OffenceFamily.TRAFFICKING)
    table = Table(
        *(INSTITUTIONS[feed] for feed in FEED_ORDER),
        "víctimas / victims",
        title="3. Víctimas de trata según quién las conoce / victims of trafficking by who knows them",
    )
    for feeds, victims in trafficking.reconciled.victims_by_feeds.items():
        table.add_row(*("sí / yes" if bit == "1" else "" for bit in feeds), str(victims))
    return table


def _followed(case: CaseDetail) -> Panel:
    lines = [
        f"[bold]{event.date or 'sin fecha / no date'}[/]  {event.kind:<18} "
        f"{INSTITUTIONS[event.source.feed]:<22} {event.source.number}  {event.ruling or event.detail or ''}"
        for event in case.timeline
    ]
    known = {
        str(person.id)[:8]: ", ".join(sorted({INSTITUTIONS[m.feed] for m in person.mentions}))
        for person in case.people
    }
    lines += ["", *(f"persona / person {person}…: {feeds}" for person, feeds in known.items())]
    title = f"4. Un caso, seguido por las instituciones / one case through the institutions: {case.id}"
    return Panel("\n".join(lines), title=title, title_align="left")


async def _released(services: Services, release: str) -> Table:
    """What the public edition shows of cases, and how much of it is withheld."""
    async with services.database.read() as session:
        visible = Visible(services.clock.now(), embargo=True)
        told = await PublishedReader(session, visible).table(release, Edition.PUBLIC, "cases-department")
    withheld = sum(cell.status is CellStatus.SUPPRESSED for cell in told.cells)
    table = Table(
        *told.dimensions[:-1],
        "total",
        title=f"6. Publicación / release {release}: {told.name.es} / {told.name.en}"
        f" ({withheld}/{len(told.cells)} celdas reservadas / cells withheld)",
    )
    for cell in told.cells:
        if cell.codes[-1] == TOTAL:
            table.add_row(*cell.codes[:-1], "-" if cell.value is None else str(cell.value))
    return table


def _rightness(report: Report) -> Table:
    table = Table(
        "contra la verdad inventada / against the invented truth",
        "precisión",
        "exhaustividad / recall",
        "F1",
        "B-cubed F1",
        title="5. Cuánto acierta / how right it is",
    )
    rows = (("personas / persons", report.persons), ("casos / cases", report.cases))
    for name, agreed in rows:
        score = agreed.pairwise
        cells = (score.precision, score.recall, score.f1, agreed.bcubed.f1)
        table.add_row(name, *(f"{cell:.3f}" for cell in cells))
    return table
