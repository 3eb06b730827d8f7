"""``intertrata ingest``: files of a feed, through the same path as deliveries over HTTP, in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.base import Form
from app.commands.batches import bring_to_end, json_line, sentence
from app.core.errors import OperatorError
from app.core.settings import Settings
from app.ingestion.landing import Arrival
from app.ingestion.service import IngestionService
from app.wiring import open_services
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed

app = typer.Typer()

BLOCK: Final = 1024 * 1024
SUFFIXES: Final = {
    ".csv": Form.CSV,
    ".json": Form.JSON,
    ".ndjson": Form.NDJSON,
    ".jsonl": Form.NDJSON,
    ".xml": Form.XML,
    ".xlsx": Form.XLSX,
}


class FormUnknown(OperatorError):
    code = "form-unknown"
    es = "No se sabe la forma de {file}. Indíquela con --form."
    en = "The form of {file} is not known. State it with --form."


class FormOfOtherFeed(OperatorError):
    code = "form-of-other-feed"
    es = "La fuente {feed} no entrega en la forma {form}."
    en = "Feed {feed} does not deliver in the form {form}."


@app.command()
def ingest(
    feed: Annotated[Feed, typer.Argument(help="Fuente / feed.")],
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    form: Annotated[
        Form | None, typer.Option(help="Si el nombre no la dice / if the name does not say.")
    ] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Sin guardar / without keeping.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Ingresar archivos y esperar hasta que estén vinculados / take in files and wait until all is linked."""
    statuses = asyncio.run(_ingest(Settings(), feed, files, (form, validate)))
    for file, status in zip(files, statuses, strict=True):
        typer.echo(json_line(status, file=str(file)) if json else f"{file.name}: {sentence(status)}")
    if any(status.state == "failed" for status in statuses):
        raise typer.Exit(1)


async def _ingest(
    settings: Settings, feed: Feed, files: Iterable[Path], options: tuple[Form | None, bool]
) -> list[BatchStatus]:
    async with open_services(settings) as services:
        return await take_in(services.ingestion, feed, files, options)


async def take_in(
    service: IngestionService,
    feed: Feed,
    files: Iterable[Path],
    options: tuple[Form | None, bool] = (None, False),
) -> list[BatchStatus]:
    """Land, translate and link the files; how each ended. ``options``: form, and whether only to validate."""
    form, validate = options
    arrivals = [(file, _arrival(service, feed, file, form, validate)) for file in files]
    landed = [(await service.land(arrival, _blocks(file))).id for file, arrival in arrivals]
    return await bring_to_end(service, landed)


def _arrival(service: IngestionService, feed: Feed, file: Path, form: Form | None, validate: bool) -> Arrival:
    gzip = file.suffix.lower() == ".gz"
    suffix = Path(file.stem).suffix if gzip else file.suffix
    form = form or SUFFIXES.get(suffix.lower())
    if form is None:
        raise FormUnknown(file=file.name)
    if form not in service.forms(feed):
        raise FormOfOtherFeed(feed=feed.value, form=form.value)
    return Arrival(feed, form, "cli", gzip=gzip, mode="validate" if validate else "keep")


async def _blocks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as source:
        while block := await asyncio.to_thread(source.read, BLOCK):
            yield block
