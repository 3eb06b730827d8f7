"""``intertrata evaluate``: how right links are."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.world.agreement import Agreement, Score
from app.world.evaluate import Report, UnreadableTable, evaluate_files

app = typer.Typer(help="Medir los vínculos contra la verdad / measure the links against the truth.")
_WIDTH = 118  # columns that the tables need
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command()
def evaluate(
    truth: File,
    links: File,
    traits: Annotated[
        Path | None,
        typer.Option(help="Rasgos; si no, traits.csv junto a la verdad / beside the truth if not given."),
    ] = None,
    ceiling: Annotated[
        Path | None,
        typer.Option(help="Techo; si no, ceiling.csv junto a la verdad / beside the truth if not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Precisión, exhaustividad y F1 por pares y B-cubed / pairwise and B-cubed precision, recall, F1."""
    traits, ceiling = traits or _beside(truth, "traits.csv"), ceiling or _beside(truth, "ceiling.csv")
    try:
        report = evaluate_files(truth, links, traits)
        highest = None if ceiling is None else evaluate_files(truth, ceiling, traits)
    except (UnreadableTable, UnicodeDecodeError, csv.Error) as error:
        reason = error if isinstance(error, UnreadableTable) else "not a CSV file in UTF-8"
        typer.echo(f"tabla ilegible / unreadable table: {reason}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        told = report.as_json()
        told["ceiling"] = None if highest is None else highest.as_json()
        typer.echo(json.dumps(told))
    else:
        _print(report, highest)


def _beside(truth: Path, name: str) -> Path | None:
    path = truth.parent / name
    return path if path.is_file() else None


def _cells(score: Score) -> tuple[str, str, str]:
    return f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}"


def _agreements(report: Report) -> Iterator[tuple[str, Agreement]]:
    yield "víctimas / victims", report.victims
    yield "presuntos autores / suspects", report.suspects
    yield "personas / persons", report.persons
    if report.identifiable is not None:
        yield "  sin NN / without NN", report.identifiable
    yield "casos / cases", report.cases


def _print(report: Report, ceiling: Report | None) -> None:
    console = Console()
    console.width = max(console.width, _WIDTH)
    _print_agreements(console, report)
    if ceiling is not None:
        console.print("techo / ceiling:")
        _print_agreements(console, ceiling)
    console.print("max*: el mayor grupo verdadero / the biggest true cluster", style="dim")
    _print_slices(console, report)
    _print_feeds(console, report)
    console.print(
        f"faltan / missing: {report.missing_mentions} menciones / mentions, "
        f"{report.missing_records} registros / records; sobran / extra: {report.extra_rows}; "
        f"sin caso en un caso / caseless in a case: {report.caseless_in_a_case}"
    )


def _print_agreements(console: Console, report: Report) -> None:
    table = Table("", "n", "P", "R", "F1", "B³ P", "B³ R", "B³ F1", "max", "max*", "mezcla / mixed")
    for name, agreed in _agreements(report):
        table.add_row(
            name,
            str(agreed.items),
            *_cells(agreed.pairwise),
            *_cells(agreed.bcubed),
            str(agreed.biggest),
            str(agreed.true_biggest),
            str(agreed.mixed_clusters),
        )
    console.print(table)


def _print_slices(console: Console, report: Report) -> None:
    slices = Table("parte / slice", "n", "B³ P", "B³ R", "B³ F1", "bien vinculadas / linked right")
    for part in report.slices:
        share = f"{part.linked_right / part.with_partner:.4f}" if part.with_partner else "-"
        slices.add_row(part.name, str(part.mentions), *_cells(part.bcubed), f"{share} / {part.with_partner}")
    console.print(slices)


def _print_feeds(console: Console, report: Report) -> None:
    pairs = Table("fuentes / feeds", "P", "R", "F1", "casos / cases P", "R", "F1")
    for people, cases in zip(report.feed_pairs, report.case_feed_pairs, strict=True):
        pairs.add_row(people.name, *_cells(people.pairwise), *_cells(cases.pairwise))
    console.print(pairs)
