"""Pull of SISTRA: each page is landed as a batch, and only then the watermark moves on."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

import httpx

from adapters.base import Form
from adapters.sistra.pull import PulledPage, Source, pull
from adapters.transport.paged_http import PatientClient, PullFailed, RetryPolicy, Waiting
from app.ingestion import batches
from app.ingestion.errors import SourceUnavailable
from app.ingestion.landing import Arrival
from app.ingestion.service import IngestionService
from app.ingestion.tools import Tools
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed

_CLIENT: Final = "pull"
Landed = Callable[[BatchStatus], None]


class Puller:
    """One source of carpetas. Safe to run twice at once: what comes twice is a repeat."""

    def __init__(
        self,
        tools: Tools,
        service: IngestionService,
        source: Source,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008  frozen
    ) -> None:
        self._tools = tools
        self._service = service
        self._source = source
        self._policy = policy

    async def pull(self, landed: Landed = lambda status: None) -> list[BatchStatus]:
        """All that changed since the watermark, each page landed before the next is asked for.

        Raises ``SourceUnavailable`` when the source gives up on us; what was landed until then stays.
        """
        try:
            async with httpx.AsyncClient() as client:
                statuses = await self._all(PatientClient(client, self._policy, self._waiting()), landed)
        except PullFailed as failed:
            await self._note(pulled_at=self._tools.clock.now(), error_code=failed.fault.value)
            raise SourceUnavailable(feed=Feed.SISTRA.value, reason=failed.fault.value) from None
        await self._note(pulled_at=self._tools.clock.now(), error_code=None)
        return statuses

    async def _all(self, client: PatientClient, landed: Landed) -> list[BatchStatus]:
        statuses = []
        async for page in pull(client, self._source, await self._watermark()):
            statuses.append(await self._land(page))
            landed(statuses[-1])
        return statuses

    def _waiting(self) -> Waiting:
        return Waiting(asyncio.sleep, random.SystemRandom().random, self._tools.clock.now)

    async def _land(self, page: PulledPage) -> BatchStatus:
        """The watermark moves after the page is committed: between the two, the page comes once more.

        It never passes the present: one carpeta stamped in the future would hide all changes until then.
        """
        arrival = Arrival(Feed.SISTRA, Form.NDJSON, _CLIENT)
        status = await self._service.land(arrival, _once(page.ndjson))
        watermark = min(datetime.fromisoformat(page.watermark), self._tools.clock.now())
        await self._note(watermark=watermark, error_code=None)
        return status

    async def _watermark(self) -> str | None:
        async with self._tools.database.read() as session:
            state = await batches.feed_state(session, Feed.SISTRA)
        return state.watermark.isoformat() if state and state.watermark else None

    async def _note(self, **values: object) -> None:
        async with self._tools.database.write() as session:
            await batches.set_feed_state(session, Feed.SISTRA, **values)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
