"""``intertrata published``: what institutions printed, and where it does not agree."""

from typing import Annotated

import typer

from app.statistics.published.comparing import published
from schemas.published import Disagreement

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _published() -> None:
    """Las cifras publicadas / the published figures."""


@app.command()
def disagreements(
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Dónde no concuerdan / where they disagree."""
    found = published().disagreements
    if json:
        import orjson

        typer.echo(orjson.dumps([each.model_dump(mode="json") for each in found]).decode())
    else:
        _show(found)


def _show(found: tuple[Disagreement, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Desacuerdos / disagreements")
    for heading in ("clase", "sistema", "periodo", "unidad", "desglose", "1", "2", "diferencia", "qué"):
        table.add_column(heading)
    for each in found:
        table.add_row(
            each.kind,
            each.system,
            each.first.period,
            each.unit,
            f"{each.breakdown}: {each.category}",
            str(each.first.value),
            str(each.second.value),
            f"{each.difference:+}",
            f"{each.told.es} / {each.told.en}",
        )
    Console().print(table)
