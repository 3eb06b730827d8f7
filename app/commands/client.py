"""``intertrata client``: who may call the API."""

import asyncio
import json
from collections.abc import Iterable
from typing import Annotated

import typer

from app.core.settings import Settings
from app.security.clients import ClientView, NewClient, RowScopeInvalid
from app.security.reach import RowScope
from app.security.roles import ROLES, Role
from app.security.scopes import SCOPES
from app.wiring import open_services
from schemas.vocabulary import Feed

app = typer.Typer(no_args_is_help=True, help="Clientes de la API / clients of the API.")

Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Nombre de la institución o sistema / institution or system.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Permiso; se puede repetir / scope; repeatable.")
    ] = None,
    role: Annotated[Role | None, typer.Option(help="Papel / role: client roles.")] = None,
    feed: Annotated[Feed | None, typer.Option(help="Solo registros de esta fuente / only rows of.")] = None,
    department: Annotated[
        str | None, typer.Option(help="Solo casos de este departamento / only cases of it (UBIGEO).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Crear un cliente; su secreto se muestra una sola vez / make a client; its secret is shown once."""
    if feed is not None and department is not None:
        raise RowScopeInvalid
    if not scope and role is None:
        raise typer.BadParameter("--role / --scope")
    new = asyncio.run(_create(name, scope or [], role, RowScope(feed, department)))
    shown = {"client_id": new.id, "client_secret": new.secret, "name": new.name, "scopes": list(new.scopes)}
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    typer.echo(f"client_id:     {new.id}\nclient_secret: {new.secret}\nscopes:        {' '.join(new.scopes)}")
    typer.echo(
        "Guarde el secreto: no se vuelve a mostrar. / Keep the secret: it is not shown again.", err=True
    )


@app.command(name="list")
def list_(as_json: Json = False) -> None:
    """Los clientes que hay / the clients there are."""
    clients = asyncio.run(_all())
    if as_json:
        typer.echo(json.dumps([_shown(client) for client in clients], ensure_ascii=False))
    else:
        _print_table(clients)


@app.command()
def disable(client_id: str) -> None:
    """Cerrarle el paso a un cliente / shut a client out."""
    asyncio.run(_disable(client_id))
    typer.echo(f"{client_id}: deshabilitado / disabled")


@app.command()
def roles(as_json: Json = False) -> None:
    """Los papeles que existen / the roles that exist."""
    if as_json:
        shown = {
            role: {
                "es": described.sentence.es,
                "en": described.sentence.en,
                "scopes": [*(f"feed:{{feed}}:{act}" for act in described.of_feed), *described.scopes],
                "limited_to": described.limited_to,
            }
            for role, described in ROLES.items()
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    for role, described in ROLES.items():
        typer.echo(f"{role:20} {described.sentence.es} / {described.sentence.en}")


@app.command()
def scopes(as_json: Json = False) -> None:
    """Los permisos que existen / the scopes that exist."""
    if as_json:
        typer.echo(json.dumps({name: {"es": text.es, "en": text.en} for name, text in SCOPES.items()}))
        return
    for name, text in SCOPES.items():
        typer.echo(f"{name:28} {text.es} / {text.en}")


def _shown(client: ClientView) -> dict[str, object]:
    return {
        "client_id": client.id,
        "name": client.name,
        "scopes": client.scopes,
        "role": client.role,
        "feed": client.row_scope.feed,
        "department": client.row_scope.department,
        "made_at": client.made_at.isoformat(),
        "disabled_at": client.disabled_at.isoformat() if client.disabled_at else None,
    }


def _print_table(clients: Iterable[ClientView]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("client_id", "nombre / name", "permisos / scopes", "desde / since", "fin / end")
    for client in clients:
        end = f"{client.disabled_at:%Y-%m-%d %H:%M}" if client.disabled_at else "-"
        table.add_row(
            client.id, client.name, " ".join(client.scopes), f"{client.made_at:%Y-%m-%d %H:%M}", end
        )
    Console().print(table)


async def _create(name: str, wanted: list[str], role: Role | None, limit: RowScope) -> NewClient:
    async with open_services(Settings()) as services:
        return await services.clients.create(name, wanted, role, limit)


async def _all() -> tuple[ClientView, ...]:
    async with open_services(Settings()) as services:
        return await services.clients.all()


async def _disable(client_id: str) -> None:
    async with open_services(Settings()) as services:
        await services.clients.disable(client_id)
