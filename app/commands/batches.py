"""What commands that take in batches share: the work in this process, with bars, and what is said of it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.ingestion.service import IngestionService
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Outcome

_PAUSE: Final = 0.5  # seconds between looks at a batch that a worker took from us


class BatchBars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    async def translate(self, service: IngestionService, batch_id: UUID) -> None:
        """To the end of translation. A worker that runs beside us may do part of it, or all."""
        task = self._bars.add_task("traduciendo / translating", total=None)
        while True:
            await service.translate_batch(batch_id, lambda count: self._bars.advance(task, count))
            status = await service.status(batch_id)
            if status.state not in ("landed", "translating"):
                break
            await asyncio.sleep(_PAUSE)
        self._bars.update(task, completed=status.received, total=max(status.received, 1))

    async def link(self, service: IngestionService, batch_id: UUID) -> None:
        if (await service.status(batch_id)).state != "linking":
            return
        task = self._bars.add_task("vinculando / linking", total=None)
        await service.link_batch(batch_id, lambda done, of: self._bars.update(task, completed=done, total=of))
        self._bars.update(task, completed=1, total=1)


@contextmanager
def batch_bars() -> Iterator[BatchBars]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield BatchBars(bars)


async def bring_to_end(service: IngestionService, batch_ids: Sequence[UUID]) -> list[BatchStatus]:
    """Translate each, then link them together; how they ended."""
    with batch_bars() as bars:
        for batch_id in batch_ids:
            await bars.translate(service, batch_id)
        for batch_id in batch_ids:
            await bars.link(service, batch_id)
    return [await service.status(batch_id) for batch_id in batch_ids]


def counts(status: BatchStatus) -> dict[str, int]:
    """Under the names of the arithmetic: received is the sum of the others."""
    return {name: getattr(status, name) for name in ("received", *(outcome.value for outcome in Outcome))}


def json_line(status: BatchStatus, **also: str) -> str:
    """One object in one line."""
    told = {
        **also,
        "batch": str(status.id),
        "feed": status.feed.value,
        "state": status.state,
        "error_code": status.error_code,
        "sha256": status.sha256,
        **counts(status),
    }
    return orjson.dumps(told).decode()


def sentence(status: BatchStatus) -> str:
    said = ", ".join(f"{name} {count}" for name, count in counts(status).items())
    why = f" {status.error_code}: {status.es} / {status.en}" if status.state == "failed" else ""
    return f"{status.state}{why}; {said}"
