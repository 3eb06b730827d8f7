"""``intertrata feeds``: when each feed was last heard, and what is wrong with it."""

import asyncio
from typing import Annotated

import typer

from app.core.settings import Settings
from app.registry.feeds import FeedHealthService
from app.wiring import open_services
from schemas.registry import FeedHealth

app = typer.Typer()


@app.command()
def feeds(
    json: Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")] = False,
) -> None:
    """La salud de las fuentes / the health of the feeds."""
    found = asyncio.run(_health(Settings()))
    if json:
        import orjson

        typer.echo(orjson.dumps([feed.model_dump(mode="json") for feed in found]).decode())
    else:
        _show(found)


async def _health(settings: Settings) -> tuple[FeedHealth, ...]:
    async with open_services(settings) as services, services.database.read() as session:
        return await FeedHealthService(session).feeds(services.clock.now())


def _show(found: tuple[FeedHealth, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Fuentes / feeds")
    for heading in (
        "fuente",
        "registros",
        "última entrega",
        "último sello",
        "silencio (días)",
        "advert.",
        "rech.",
        "fallidas",
    ):
        table.add_column(heading)
    for feed in found:
        table.add_row(
            feed.feed,
            str(feed.records),
            f"{feed.last_received_at:%Y-%m-%d %H:%M}" if feed.last_received_at else "-",
            f"{feed.last_stamp:%Y-%m-%d %H:%M}" if feed.last_stamp else "-",
            "-" if feed.silence_days is None else f"{feed.silence_days:.1f}",
            _percent(feed.warning_share),
            _percent(feed.rejection_share),
            str(feed.failed_batches),
        )
    console = Console()
    console.print(table)
    for feed in found:
        for alert in feed.alerts:
            console.print(f"[bold red]{feed.feed}[/] {alert.es} / {alert.en}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
