"""``make bench``: measure, print a table, write JSON. Run from the root of the repository.

BENCH_SCALE (default 1; .01 for a smoke run), BENCH_REPEATS (3), BENCH_HOME (.intertrata/bench).
"""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import big as big_files
from bench.cubing import statistics
from bench.figures import Findings
from bench.matching import reconciliation
from bench.releasing import releases
from bench.rig import ROOT, Rig, rig
from bench.sizes import Sizes
from bench.taking_in import ingestion
from bench.yearly import releases_of_a_year

PARTS = ("ingestion", "reconciliation", "single", "overview", "statistics", "releases")
OWN = ("year",)  # long, and only where it is asked for
_BIG = 2 * 2**30

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    only: Annotated[list[str] | None, typer.Option(help=f"De / of: {', '.join((*PARTS, *OWN))}.")] = None,
    big: Annotated[
        bool,
        typer.Option(
            "--big",
            help="Un millón de menciones y 2 GiB por adaptador / a million mentions, 2 GiB files.",
        ),
    ] = False,
    out: Annotated[Path, typer.Option(help="Carpeta de resultados / folder of results.")] = ROOT
    / "bench-results",
) -> None:
    """Mediciones, cada una junto a su par / measurements, each beside its peer."""
    wanted = frozenset(only or PARTS)
    if not wanted <= {*PARTS, *OWN}:
        raise typer.BadParameter(", ".join((*PARTS, *OWN)))
    sizes = Sizes.from_environment(big=big)
    home = Path(os.environ.get("BENCH_HOME", ROOT / ".intertrata" / "bench"))
    console = Console(stderr=True)
    with rig(home.absolute()) as made:
        findings = run(made, sizes, wanted, console, big=big)
    findings.show(Console(width=200))
    console.print(str(findings.write(out)))


def run(made: Rig, sizes: Sizes, wanted: frozenset[str], console: Console, *, big: bool = False) -> Findings:
    findings = Findings(sizes.scale)

    def say(what: str) -> None:
        console.print(f"[dim]{what}[/dim]")

    if "ingestion" in wanted:
        figures, details = ingestion(made, sizes, say)
        findings.add(figures, "ingestion", details)
    if "statistics" in wanted:
        figures, details = statistics(made, sizes, say)
        findings.add(figures, "statistics", details)
    if "releases" in wanted:
        figures, details = releases(made, sizes, say)
        findings.add(figures, "releases", details)
    if "year" in wanted:
        figures, details = releases_of_a_year(made, sizes, say)
        findings.add(figures, "year", details)
    if wanted - {"ingestion", "statistics", "releases", "year"}:
        figures, details = reconciliation(made, sizes, say, wanted)
        findings.add(figures, "reconciliation", details)
    if big:
        for feed in big_files.FEEDS:
            say(f"big {feed}")
            found = made.measure("big:translate", feed=feed.value, size=round(_BIG * sizes.scale))
            findings.add(big_files.figures(feed, found), f"big {feed}", found)
    return findings


if __name__ == "__main__":
    app()
