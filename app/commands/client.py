"""``intertrata client``: who may call the API."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from app.core.settings import Settings
from app.security import credentials
from app.security.clients import ClientView, NewClient, OfficerProof, RowScopeInvalid
from app.security.credentials import Credential
from app.security.reach import RowScope
from app.security.roles import ROLES, Role
from app.security.scopes import SCOPES
from app.wiring import open_services
from schemas.vocabulary import Feed

app = typer.Typer(no_args_is_help=True, help="Clientes de la API / clients of the API.")

Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


Given = Annotated[
    list[str] | None,
    typer.Option(
        help="Archivo con claves (JWKS) o certificado (PEM), o nombre de certificados; se puede repetir"
        " / file with public keys or a certificate, or a name in certificates; repeatable."
    ),
]

key = typer.Typer(no_args_is_help=True, help="Con qué se acredita un cliente / how a client proves itself.")
app.add_typer(key, name="key")


Officers = Annotated[
    bool,
    typer.Option("--officers", help="Llaves que prueban a sus funcionarios / keys that prove its officers."),
]
ForOfficer = Annotated[
    str | None, typer.Option(help="Solo a este funcionario / that one officer alone (--officers).")
]


@key.command()
def add(client_id: str, credential: Given, officers: Officers = False, officer: ForOfficer = None) -> None:
    """Agregar claves o certificado; los de antes valen igual / add keys or certificate; earlier ones stay."""
    if officers or officer is not None:
        files = [Path(each).read_bytes() for each in credential or ()]
        given = tuple(made for file in files for made in credentials.officer_keys(file, officer))
    else:
        given = _read(credential)
    asyncio.run(_add(client_id, given))
    for each in given:
        typer.echo(f"{each.id}: agregada / added")


@key.command()
def remove(client_id: str, credential_id: str) -> None:
    """Quitar una; deja de valer en el acto / remove one; it opens nothing from then on."""
    asyncio.run(_remove(client_id, credential_id))
    typer.echo(f"{credential_id}: quitada / removed")


@key.command(name="list")
def list_keys(client_id: str, as_json: Json = False) -> None:
    """Las credenciales de un cliente / the credentials of a client."""
    held = asyncio.run(_credentials(client_id))
    if as_json:
        typer.echo(json.dumps([{"id": each.id, "kind": each.kind.value} for each in held]))
        return
    for each in held:
        typer.echo(f"{each.kind.value:12} {each.id}")


@app.command()
def create(  # noqa: PLR0913, PLR0917  the options of a command line
    name: Annotated[str, typer.Argument(help="Nombre de la institución o sistema / institution or system.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Permiso; se puede repetir / scope; repeatable.")
    ] = None,
    role: Annotated[Role | None, typer.Option(help="Papel / role: client roles.")] = None,
    feed: Annotated[Feed | None, typer.Option(help="Solo registros de esta fuente / only rows of.")] = None,
    department: Annotated[
        str | None, typer.Option(help="Solo casos de este departamento / only cases of it (UBIGEO).")
    ] = None,
    credential: Given = None,
    as_json: Json = False,
) -> None:
    """Crear un cliente con sus claves o su certificado; en la demostración, con un secreto que se muestra una
    sola vez / make a client with its keys or certificate; in the demo, with a secret that is shown once."""
    if feed is not None and department is not None:
        raise RowScopeInvalid
    if not scope and role is None:
        raise typer.BadParameter("--role / --scope")
    limit, given = RowScope(feed, department), _read(credential)
    new = asyncio.run(_create(name, scope or [], role, limit, given))
    secret = {} if new.secret is None else {"client_secret": new.secret}
    shown = {"client_id": new.id, **secret, "name": new.name, "scopes": list(new.scopes)}
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    said = "" if new.secret is None else f"client_secret: {new.secret}\n"
    typer.echo(f"client_id:     {new.id}\n{said}scopes:        {' '.join(new.scopes)}")
    if new.secret is not None:
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


@app.command(name="officers")
def officers_(
    client_id: str,
    proof: Annotated[OfficerProof, typer.Option(help="Si debe probar quién pide / must it prove who asks.")],
) -> None:
    """Si sus pedidos sobre personas deben probar quién pide / whether it must prove who asks."""
    asyncio.run(_prove_officers(client_id, proof))
    typer.echo(f"{client_id}: {proof}")


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


def _read(given: list[str] | None) -> tuple[Credential, ...]:
    """Raises ``CredentialInvalid``."""
    found: list[Credential] = []
    for each in given or ():
        path = Path(each)
        found += (
            credentials.from_file(path.read_bytes()) if path.is_file() else (credentials.from_name(each),)
        )
    return tuple(found)


async def _create(
    name: str, wanted: list[str], role: Role | None, limit: RowScope, given: tuple[Credential, ...]
) -> NewClient:
    async with open_services(Settings()) as services:
        return await services.clients.create(name, wanted, role, limit, given)


async def _add(client_id: str, given: tuple[Credential, ...]) -> None:
    async with open_services(Settings()) as services:
        await services.clients.add_credentials(client_id, given)


async def _remove(client_id: str, credential_id: str) -> None:
    async with open_services(Settings()) as services:
        await services.clients.remove_credential(client_id, credential_id)


async def _credentials(client_id: str) -> tuple[Credential, ...]:
    async with open_services(Settings()) as services:
        return await services.clients.credentials(client_id)


async def _all() -> tuple[ClientView, ...]:
    async with open_services(Settings()) as services:
        return await services.clients.all()


async def _prove_officers(client_id: str, proof: OfficerProof) -> None:
    async with open_services(Settings()) as services:
        await services.clients.prove_officers(client_id, proof)


async def _disable(client_id: str) -> None:
    async with open_services(Settings()) as services:
        await services.clients.disable(client_id)
