"""``intertrata model``: the linking models, which one links, and changing it."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer

from app.core.settings import Settings
from app.lifecycle.readable import readable
from app.lifecycle.service import Word
from app.lifecycle.shelf import ModelText, read
from app.wiring import Services, open_services
from schemas.models import ModelChange, ModelsAnswer

app = typer.Typer(no_args_is_help=True, help="Modelos de vinculación / linking models.")

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]
Version = Annotated[str, typer.Argument(help="Versión / version.")]
Who = Annotated[str, typer.Option("--who", help="Quién / who.", default_factory=getpass.getuser)]
Reason = Annotated[str, typer.Option("--reason", help="Por qué / why.")]


@app.command(name="list")
def list_(as_json: Json = False) -> None:
    """Los modelos, cuál vincula y su historia / the models, which one links, and their history."""
    found = asyncio.run(_all())
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        _show_all(found)


@app.command()
def show(version: Version) -> None:
    """El contenido de un modelo, como JSON / the content of a model, as JSON."""
    typer.echo(asyncio.run(_content(version)))


@app.command()
def train(
    version: Annotated[str, typer.Option("--version", help="Versión nueva / new version.")],
    reason: Reason,
    who: Who,
) -> None:
    """Aprender pesos de lo que se tiene; no vincula hasta promoverlo / learn weights from what is held."""
    model = asyncio.run(_with(lambda s: s.lifecycle.trainer.train(version, Word(who, reason))))
    typer.echo(f"{model.version}: {model.digest}")


@app.command()
def add(
    file: Annotated[
        Path, typer.Argument(help="Archivo de modelo / model file.", exists=True, dir_okay=False)
    ],
    who: Who,
) -> None:
    """Guardar un modelo hecho en otra parte / keep a model that was made elsewhere."""
    model = asyncio.run(_add(file.read_bytes(), who))
    typer.echo(f"{model.version}: {model.digest}")


@app.command()
def compare(
    version: Version,
    who: Who,
    against: Annotated[str | None, typer.Option(help="El que vincula, si no / else the running one.")] = None,
    as_json: Json = False,
) -> None:
    """Qué cambiaría con ese modelo; no cambia nada / what that model would change; changes nothing."""
    kept = asyncio.run(_with(lambda s: s.lifecycle.comparer.compare(version, who, against)))
    if as_json:
        typer.echo(orjson.dumps({"digest": kept.digest, **kept.report}).decode())
    else:
        typer.echo(readable(kept.digest, kept.report))


@app.command()
def promote(
    version: Version,
    reason: Reason,
    who: Who,
    without_comparison: Annotated[
        bool, typer.Option("--without-comparison", help="Sin haber comparado / without having compared.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Que vincule ese modelo, y todo de nuevo con él / let that model link, and everything anew with it."""
    word = Word(who, reason)
    compared = not without_comparison
    _tell(asyncio.run(_with(lambda s: s.lifecycle.models.promote(version, word, compared=compared))), as_json)


@app.command()
def rollback(reason: Reason, who: Who, as_json: Json = False) -> None:
    """Volver al modelo anterior; los identificadores vuelven / back to the model before; ids come back."""
    _tell(asyncio.run(_with(lambda s: s.lifecycle.models.rollback(Word(who, reason)))), as_json)


def _tell(change: ModelChange, as_json: bool) -> None:
    if as_json:
        typer.echo(change.model_dump_json())
        return
    typer.echo(f"{change.previous} -> {change.version}: {change.records} registros / records")
    for kind, events in change.ids.items():
        told = ", ".join(f"{event} {count}" for event, count in events.items()) or "0"
        typer.echo(f"{kind}: {told}")


def _show_all(found: ModelsAnswer) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("versión / version", "sha256", "hecho / made", "por / by", "")
    for item in found.models:
        made = f"{item.made_at:%Y-%m-%d %H:%M}" if item.made_at else "-"
        mark = "vincula / links" if item.version == found.running else ""
        table.add_row(item.version, item.digest[:12], made, item.made_by or "-", mark)
    console = Console()
    console.print(table)
    for each in found.history:
        when = f"{each.made_at:%Y-%m-%d %H:%M}"
        console.print(f"{when} {each.kind} {each.previous} -> {each.version} ({each.made_by}: {each.reason})")
    if found.relinking:
        console.print("por vincular todo de nuevo / everything still to be linked anew: intertrata reconcile")


async def _with(work: Callable[[Services], Awaitable[T]]) -> T:
    async with open_services(Settings()) as services:
        return await work(services)


async def _add(content: bytes, who: str) -> ModelText:
    model = read(content)
    async with open_services(Settings()) as services, services.database.write() as session:
        await services.lifecycle.models.keep(session, model, who)
    return model


async def _all() -> ModelsAnswer:
    async with open_services(Settings()) as services, services.database.read() as session:
        return await services.lifecycle.models.all(session)


async def _content(version: str) -> str:
    async with open_services(Settings()) as services, services.database.read() as session:
        model = await services.lifecycle.models.content(session, version)
    return orjson.dumps(orjson.loads(model.content), option=orjson.OPT_INDENT_2).decode()
