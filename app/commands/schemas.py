"""``intertrata schemas``: the JSON Schemas that integrators validate against before they send."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.export import export_schemas
from app.core.errors import OperatorError

app = typer.Typer(
    no_args_is_help=True, help="Esquemas JSON de los contratos / JSON Schemas of the contracts."
)


class FolderUnusable(OperatorError):
    code = "folder-unusable"
    es = "No se puede escribir en esa carpeta."
    en = "That folder cannot be written to."


@app.callback()
def _parts() -> None:
    """Esquemas JSON de los contratos / JSON Schemas of the contracts."""


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="Carpeta; se crea / folder; it is made.")]) -> None:
    """Escribir el esquema de cada forma JSON / write the schema of every JSON form."""
    try:
        written = export_schemas(folder)
    except OSError:
        raise FolderUnusable from None
    for path in written:
        typer.echo(path)
