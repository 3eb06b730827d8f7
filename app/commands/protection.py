"""``intertrata protection``: erasure of identities, retention, legal holds."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import orjson
import typer

from app.core.settings import Settings
from app.protection.service import Orderer, ProtectionService
from app.registry.service import RegistryService
from app.wiring import open_services
from schemas.vocabulary import Feed

app = typer.Typer(
    no_args_is_help=True, help="Borrado, conservación y retenciones / erasure, retention and legal holds."
)
T = TypeVar("T")

By = Annotated[str, typer.Option("--by", help="Quién lo hace / who does it.")]
Instrument = Annotated[
    str, typer.Option("--instrument", help="Número del documento que lo ordena / number of the order.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Sin preguntar / without asking.")]
Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


@app.command()
def erase(person: UUID, by: By, instrument: Instrument, yes: Yes = False) -> None:
    """Borrar para siempre la identidad de una persona / erase one person's identity for good."""
    if not yes:
        typer.confirm("No se puede deshacer / it cannot be undone", abort=True)
    erased = _with(lambda service: service.erase_person(person, Orderer(by, instrument)))
    typer.echo(f"{erased.mentions} menciones / mentions, {len(erased.records)} registros / records")


@app.command()
def export(
    person: UUID,
    by: By,
    instrument: Instrument,
    out: Annotated[Path, typer.Option(help="Archivo nuevo, solo para usted / a new file, yours alone.")],
) -> None:
    """Todo lo que se guarda de una persona y quién lo vio / all that is held of one person and who saw it."""
    if out.exists():
        raise typer.BadParameter("el archivo ya existe / the file exists already")
    told = _with(lambda service: service.export_person(person, Orderer(by, instrument)))
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(told.model_dump_json(indent=1))
    typer.echo(
        f"{len(told.identity.identities)} registros / records, {len(told.accesses)} accesos / accesses"
    )


@app.command()
def due(
    by: Annotated[str, typer.Option("--by", help="Quién lo hace / who does it.")] = "",
    apply: Annotated[bool, typer.Option("--apply", help="Borrarlas / erase them.")] = False,
) -> None:
    """Identidades que vencieron según la política de conservación / identities past their retention."""
    if not apply:
        found = _with(lambda service: service.due(limit=1_000_000))
        typer.echo(f"{len(found)} registros vencidos / records due")
        return
    if not by:
        raise typer.BadParameter("--apply necesita --by / --apply needs --by")
    typer.echo(f"{_with(lambda service: service.erase_due(by))} registros / records")


@app.command()
def hold(
    by: By,
    instrument: Instrument,
    case: Annotated[UUID | None, typer.Option(help="Un caso entero / a whole case.")] = None,
    record: Annotated[
        tuple[Feed, str] | None, typer.Option(help="Fuente y número / feed and number.")
    ] = None,
) -> None:
    """Retener: nada de ello se borra hasta levantarla / hold: nothing of it is erased until lifted."""
    if (case is None) == (record is None):
        raise typer.BadParameter("--case o --record, uno de los dos / --case or --record, one of them")
    orderer = Orderer(by, instrument)
    if case is not None:
        holds = _with(lambda service: service.hold_case(case, orderer))
    else:
        assert record is not None
        holds = asyncio.run(_hold_record(record, orderer))
    for hold_id in holds:
        typer.echo(str(hold_id))


@app.command()
def lift(hold_id: UUID, by: By, instrument: Instrument) -> None:
    """Levantar una retención / lift a hold."""
    _with(lambda service: service.lift(hold_id, Orderer(by, instrument)))
    typer.echo(f"{hold_id}: levantada / lifted")


@app.command()
def holds(as_json: Json = False) -> None:
    """Las retenciones vigentes / the holds in force."""
    found = _with(lambda service: service.holds())
    if as_json:
        told = [{"id": str(it.id), "record": it.record_id, "instrument": it.instrument} for it in found]
        typer.echo(orjson.dumps(told).decode())
        return
    for it in found:
        typer.echo(f"{it.id}  {it.placed_at:%Y-%m-%d}  {it.instrument}")


async def _hold_record(record: tuple[Feed, str], orderer: Orderer) -> tuple[UUID, ...]:
    async with open_services(Settings()) as services:
        async with services.database.read() as session:
            record_id = await RegistryService(session).record_id(*record)
        return await services.protection.hold([record_id], orderer)


def _with(work: Callable[[ProtectionService], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_services(Settings()) as services:
            return await work(services.protection)

    return asyncio.run(run())
