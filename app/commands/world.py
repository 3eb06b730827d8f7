"""``intertrata world``: invented files of the four feeds, with their truth."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.world.delivery import Delivered
from app.world.rates import Difficulty
from app.world.world import World

app = typer.Typer(help="Un mundo inventado en los cuatro formatos / an invented world in the four forms.")


@app.command()
def world(  # noqa: PLR0913, PLR0917 - the options are the interface
    out: Annotated[Path, typer.Argument(help="Carpeta de salida / folder to write to.", file_okay=False)],
    cases: Annotated[int | None, typer.Option(min=1, help="Casos verdaderos / true cases.")] = None,
    mentions: Annotated[int | None, typer.Option(min=1, help="O por menciones / or by mentions.")] = None,
    seed: Annotated[int, typer.Option(help="Semilla / seed.")] = 1,
    difficulty: Annotated[Difficulty, typer.Option(help="Dificultad / difficulty.")] = Difficulty.NORMAL,
    parts: Annotated[int, typer.Option(min=1, help="Entregas sucesivas / successive deliveries.")] = 1,
    ndjson: Annotated[bool, typer.Option("--ndjson", help="RETA y 1818 en NDJSON / as NDJSON.")] = False,
    broken: Annotated[
        bool, typer.Option("--broken", help="Con registros inservibles / with unusable ones.")
    ] = False,
    ceiling: Annotated[bool, typer.Option(help="También ceiling.csv, el techo / the ceiling too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Personas y casos inventados, con su verdad / invented people and cases, with their truth."""
    if cases is not None and mentions is not None:
        raise typer.BadParameter("--cases o --mentions, no ambos / not both")
    wanted = 2_000 if cases is None and mentions is None else cases
    made = World.generate(wanted, seed, difficulty, mentions=mentions, broken=broken)
    delivered = made.write(out, parts, json=ndjson)
    if ceiling:
        made.write_ceiling(out / "ceiling.csv")
    typer.echo(json.dumps(summary(delivered)) if as_json else _told(delivered))


def summary(delivered: Delivered) -> dict[str, object]:
    return {
        "files": {feed.value: [str(path) for path in paths] for feed, paths in delivered.files.items()},
        "truth": str(delivered.truth),
        "traits": str(delivered.traits),
        "versions": {feed.value: count for feed, count in delivered.versions.items()},
        "records": delivered.records,
        "mentions": delivered.mentions,
        "cases": delivered.cases,
    }


def _told(delivered: Delivered) -> str:
    lines = [
        f"{delivered.cases} casos, {delivered.records} registros, {delivered.mentions} menciones / "
        f"{delivered.cases} cases, {delivered.records} records, {delivered.mentions} mentions"
    ]
    for feed, paths in delivered.files.items():
        names = ", ".join(path.name for path in paths)
        lines.append(f"  {feed.value:15} {delivered.versions[feed]:8} versiones / versions   {names}")
    lines.append(f"  verdad / truth: {delivered.truth.name}, {delivered.traits.name}")
    return "\n".join(lines)
