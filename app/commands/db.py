"""``intertrata db``: the database that the settings name, or the embedded one."""

import asyncio
import json
from typing import Annotated

import typer

from app.core.errors import OperatorError
from app.core.settings import Settings
from app.db import migrate
from app.db.embedded import EmbeddedPostgres
from app.wiring import running_database

app = typer.Typer(no_args_is_help=True, help="La base de datos / the database.")

BEHIND = 3  # exit code of ``status`` where migrations are missing


class NoEmbeddedDatabase(OperatorError):
    code = "database-not-running"
    es = "La base de datos propia no está en marcha. Arránquela con: intertrata serve"
    en = "The embedded database is not running. Start it with: intertrata serve"


@app.command()
def upgrade() -> None:
    """Llevarla a la última migración / bring it to the newest migration."""
    with running_database(Settings()) as url:
        status = asyncio.run(migrate.upgrade(url))
    typer.echo(f"al día / up to date: {status.current}")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """En qué migración está; sale con 3 si le faltan / where it stands; exits with 3 where it is behind."""
    with running_database(Settings()) as url:
        found = asyncio.run(migrate.status(url))
    if as_json:
        typer.echo(json.dumps({"current": found.current, "head": found.head, "up_to_date": found.up_to_date}))
    else:
        words = "al día / up to date" if found.up_to_date else "atrasada / behind"
        typer.echo(f"{words}: {found.current or '-'} -> {found.head}")
    if not found.up_to_date:
        raise typer.Exit(BEHIND)


@app.command()
def url() -> None:
    """Su dirección, con la clave / its address, password included."""
    settings = Settings()
    if settings.database_url is not None:
        typer.echo(settings.database_url.get_secret_value())
        return
    address = EmbeddedPostgres(settings.home, binaries=settings.postgres_binaries).address()
    if address is None:
        raise NoEmbeddedDatabase
    typer.echo(address)


@app.command()
def stop() -> None:
    """Detener la propia, la use quien la use / stop the embedded one, whoever uses it."""
    settings = Settings()
    stopped = EmbeddedPostgres(settings.home, binaries=settings.postgres_binaries).stop()
    typer.echo("detenida / stopped" if stopped else "no estaba en marcha / was not running")
