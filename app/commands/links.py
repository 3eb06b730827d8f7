"""``intertrata links``: which record belongs to which case, and which mention to which person."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.audit.acts import ActKind
from app.audit.console import act_at_console, witness_at_console
from app.core.settings import Settings
from app.reconciliation.digest import LinksDigest, links_digest
from app.reconciliation.links import export_links
from app.wiring import open_services

app = typer.Typer(
    no_args_is_help=True, help="Los vínculos como tabla o huella / the links as table or digest."
)


@app.callback()
def _parts() -> None:
    """Los vínculos como tabla o huella / the links as table or digest."""


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
        act = act_at_console(ActKind.EXPORT, outcome="links")
        await witness_at_console(services.database, services.audit, act)  # before anything leaves
        async with services.database.read() as session:
            return await export_links(session, out)


@app.command()
def digest(
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Huella de los vínculos, igual donde los vínculos lo son / digest of the links, equal where they are."""
    found, pending = asyncio.run(_digest(Settings()))
    if json:
        typer.echo(orjson.dumps(asdict(found) | {"pending": pending}).decode())
        return
    typer.echo(f"{found.links}  vínculos / links")
    typer.echo(f"{found.cases}  casos / cases ({found.records} registros / records)")
    typer.echo(f"{found.persons}  personas / persons ({found.mentions} menciones / mentions)")
    typer.echo(f"{found.edges}  pares pesados / weighed pairs")
    if pending:
        typer.echo(f"{pending} registros por vincular / records still to link")


async def _digest(settings: Settings) -> tuple[LinksDigest, int]:
    async with open_services(settings) as services, services.database.read() as session:
        totals = await services.linker.totals(session)
        return await links_digest(session), totals["pending"]
