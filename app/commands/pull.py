"""``intertrata pull``: what is new in a feed that is pulled, now."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.sistra.pull import Source
from app.commands.batches import bring_to_end, json_line, sentence
from app.core.errors import OperatorError
from app.core.settings import Settings
from app.wiring import open_services
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed

app = typer.Typer()


TOKEN_VARIABLE: Final = "INTERTRATA_SISTRA_TOKEN"  # noqa: S105  its name, not its value


class NotPulled(OperatorError):
    code = "feed-not-pulled"
    es = "La fuente {feed} no se trae: entrega sus archivos."
    en = "Feed {feed} is not pulled: it delivers its files."


class SourceNotNamed(OperatorError):
    code = "source-not-named"
    es = "Falta la dirección (--base) o la credencial (--token-file, o la variable {variable})."
    en = "The address (--base) or the credential (--token-file, or the variable {variable}) is missing."


@app.command()
def pull(
    feed: Annotated[Feed, typer.Argument(help="Fuente / feed.")],
    base: Annotated[str | None, typer.Option(help="Dirección base / base address.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="Archivo con la credencial / file with the credential.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """Traer lo nuevo y esperar hasta que esté vinculado / fetch what is new and wait until it is linked."""
    if feed is not Feed.SISTRA:
        raise NotPulled(feed=feed.value)
    statuses = asyncio.run(_pull(Settings(), base, token_file))
    for status in statuses:
        typer.echo(json_line(status) if json else sentence(status))
    if not statuses and not json:
        typer.echo("nada nuevo / nothing new")
    if any(status.state == "failed" for status in statuses):
        raise typer.Exit(1)


async def _pull(settings: Settings, base: str | None, token_file: Path | None) -> list[BatchStatus]:
    source = _source(settings, base, token_file)
    async with open_services(settings) as services:
        landed = await services.puller_from(source).pull()
        return await bring_to_end(services.ingestion, [status.id for status in landed])


def _source(settings: Settings, base: str | None, token_file: Path | None) -> Source:
    """From the options, else from the settings; a credential never comes from the command line itself."""
    base, token_file = base or settings.sistra_url, token_file or settings.sistra_token_file
    token = token_file.read_text().strip() if token_file else os.environ.get(TOKEN_VARIABLE, "")
    if not base or not token:
        raise SourceNotNamed(variable=TOKEN_VARIABLE)
    return Source(base, token)
