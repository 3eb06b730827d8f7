"""``intertrata links``: which record belongs to which case, and which mention to which person."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.core.settings import Settings
from app.reconciliation.links import export_links
from app.wiring import open_services

app = typer.Typer(no_args_is_help=True, help="Exportar los vínculos / export the links.")


@app.callback()
def _parts() -> None:
    """Exportar los vínculos / export the links."""


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="Archivo CSV / CSV file.")],
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Escribir una fila por registro y por mención / write a row per record and per mention."""
    rows = asyncio.run(_export(Settings(), out))
    if json:
        typer.echo(orjson.dumps({"rows": rows, "file": str(out)}).decode())
    else:
        typer.echo(f"{rows} filas / rows: {out}")


async def _export(settings: Settings, out: Path) -> int:
    """What is still to be linked is linked first."""
    async with open_services(settings) as services:
        await services.linker.link_pending()
        async with services.database.read() as session:
            return await export_links(session, out)
