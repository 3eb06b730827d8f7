"""Files into a database by the service's own path: landed, translated, linked. Tasks for ``bench.child``."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from adapters.base import Form
from app.core.settings import Settings
from app.ingestion.landing import Arrival
from app.wiring import Services, open_services
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed

BLOCK = 1024 * 1024


def settings_for(home: str, url: str) -> Settings:
    return Settings(mode="demo", home=Path(home), database_url=SecretStr(url))


async def blocks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as source:
        while block := source.read(BLOCK):
            yield block


def form_of(file: Path) -> Form:
    return Form(file.suffix.removeprefix("."))


async def land_and_translate(services: Services, feed: Feed, file: Path) -> BatchStatus:
    landed = await services.ingestion.land(Arrival(feed, form_of(file), "bench"), blocks(file))
    await services.ingestion.translate_batch(landed.id)
    status = await services.ingestion.status(landed.id)
    if status.state != "linking":
        raise RuntimeError(f"batch {status.state}: {status.error_code}")
    return status


def ingest(home: str, url: str, feed: str, file: str) -> dict[str, Any]:
    """One file end to end: seconds of each part, and the counts."""

    async def run() -> dict[str, Any]:
        async with open_services(settings_for(home, url)) as services:
            started = time.perf_counter()
            landed = await services.ingestion.land(
                Arrival(Feed(feed), form_of(Path(file)), "bench"), blocks(Path(file))
            )
            after_landing = time.perf_counter()
            await services.ingestion.translate_batch(landed.id)
            after_translating = time.perf_counter()
            await services.ingestion.link_batch(landed.id)
            ended = time.perf_counter()
            status = await services.ingestion.status(landed.id)
        if status.state != "done":
            raise RuntimeError(f"batch {status.state}: {status.error_code}")
        return {
            "seconds": ended - started,
            "landing": after_landing - started,
            "translating": after_translating - after_landing,
            "linking": ended - after_translating,
            "records": status.received,
        }

    return asyncio.run(run())


def fill(home: str, url: str, files: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """All files landed and translated, nothing linked."""

    async def run() -> dict[str, Any]:
        async with open_services(settings_for(home, url)) as services:
            started = time.perf_counter()
            statuses = [await land_and_translate(services, Feed(feed), Path(file)) for feed, file in files]
            return {
                "seconds": time.perf_counter() - started,
                "records": sum(status.received for status in statuses),
                "rejected": sum(status.rejected for status in statuses),
            }

    return asyncio.run(run())
