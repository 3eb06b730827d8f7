"""``intertrata pull-release``: the releases of a service that stand, fetched and verified."""

import os
from base64 import b64decode
from pathlib import Path
from typing import Annotated

import httpx
import typer

from app.releases.client import Caller, Ended, pull
from schemas.releases import Edition

app = typer.Typer()


@app.command()
def pull_release(
    address: Annotated[str, typer.Argument(help="Dirección del servicio / the service's address.")],
    client: Annotated[str, typer.Option(help="client_id.")],
    public_key: Annotated[
        str, typer.Option(help="Clave de las publicaciones (base64), por otra vía / key, got another way.")
    ],
    out: Annotated[Path, typer.Option(help="Carpeta / folder.")],
    edition: Annotated[Edition, typer.Option(help="Edición / edition.")] = Edition.RESTRICTED,
    key: Annotated[
        Path | None, typer.Option(help="Clave privada del cliente (PEM, ES256) / the client's private key.")
    ] = None,
) -> None:
    """Traer las publicaciones que faltan y comprobarlas / fetch the releases that are missing, and verify.

    Sin --key, el secreto de INTERTRATA_CLIENT_SECRET (solo modo demostración) / demo mode only.
    """
    issuer = address.rstrip("/")
    secret = os.environ.get("INTERTRATA_CLIENT_SECRET")
    out.mkdir(parents=True, exist_ok=True)
    with httpx.Client(base_url=issuer, timeout=120) as http:
        caller = Caller(http, issuer, client, secret, key.read_text() if key else None)
        found = pull(caller, edition, b64decode(public_key), out)
    for kept in found.kept:
        typer.echo(f"{kept.release}: {kept.tables} tablas comprobadas / tables verified")
    for ended in found.ended:
        typer.echo(f"{ended.release}: {_end(ended)}")
    if not found.kept and not found.ended:
        typer.echo("sin cambios / not modified")


def _end(ended: Ended) -> str:
    if ended.replaced_by is None:
        return "retirada; no la use / withdrawn; do not use it"
    return f"reemplazada por / replaced by {ended.replaced_by}"
