"""Landing: the bytes of a delivery are kept, sealed, and committed before anything is answered."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import uuid4

from adapters.base import Form
from app.core import queue
from app.db.engine import WriteSession
from app.ingestion import batches
from app.ingestion.errors import BodyTooLarge, EmptyBody, KeyInUse, KeyReused, UploadInterrupted
from app.ingestion.landed import CHUNK_BYTES
from app.ingestion.tools import Tools
from app.ingestion.translating import chunk_aad
from app.models.ingestion import Batch
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed

TRANSLATE: Final = "translate"  # job
Mode = Literal["keep", "validate"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is said of a delivery beside its bytes."""

    feed: Feed
    form: Form
    client: str
    gzip: bool = False
    mode: Mode = "keep"
    idempotency_key: str | None = None

    def request_digest(self, sha256: str) -> bytes:
        """What must be equal for a repeated idempotency key to mean the same request."""
        said = f"{self.feed}|{self.form}|{self.mode}|{self.gzip}|{sha256}"
        return hashlib.sha256(said.encode()).digest()


class Lander:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._uploads = asyncio.Semaphore(tools.limits.uploads_at_once)

    async def land(self, arrival: Arrival, body: AsyncIterator[bytes]) -> BatchStatus:
        """Keep the bytes; one transaction with the batch and its job. A body that breaks off leaves nothing.

        Raises ``BodyTooLarge``, ``EmptyBody``, ``UploadInterrupted``, ``KeyInUse``, ``KeyReused``.
        """
        async with self._uploads, self._tools.database.write() as session:
            if arrival.idempotency_key is not None:
                replayed = await self._replay(session, arrival, arrival.idempotency_key, body)
                if replayed is not None:
                    return replayed
            status = BatchStatus.of(await self._keep(session, arrival, body))
            if arrival.idempotency_key is not None:
                await self._remember(session, arrival, arrival.idempotency_key, status)
        return status

    async def _replay(
        self, session: WriteSession, arrival: Arrival, key: str, body: AsyncIterator[bytes]
    ) -> BatchStatus | None:
        if not await batches.claim_key(session, arrival.client, key):
            raise KeyInUse
        before = await batches.answered(session, arrival.client, key)
        if before is None:
            return None
        digest = hashlib.sha256()
        async for block in self._bounded(body):
            digest.update(block)
        if arrival.request_digest(digest.hexdigest()) != before.request_digest:
            raise KeyReused
        return BatchStatus.model_validate_json(before.answer["body"])

    async def _remember(self, session: WriteSession, arrival: Arrival, key: str, status: BatchStatus) -> None:
        values = {
            "client": arrival.client,
            "key": key,
            "request_digest": arrival.request_digest(status.sha256),
            "batch_id": status.id,
            "answer": {"body": status.model_dump_json()},
        }
        await batches.keep_answer(session, values)

    async def _keep(self, session: WriteSession, arrival: Arrival, body: AsyncIterator[bytes]) -> Batch:
        key, wrapped = self._tools.sealer.new_key()
        batch = await batches.add(session, new_batch(self._tools, arrival, wrapped))
        digest, size, position = hashlib.sha256(), 0, 0
        async for block in self._bounded(body):
            digest.update(block)
            size += len(block)
            sealed = key.seal(block, chunk_aad(batch.id, position))
            await batches.add_chunk(session, batch.id, position, sealed)
            position += 1
        if not size:
            raise EmptyBody
        values = {"sha256": digest.hexdigest(), "size_bytes": size}
        landed = await batches.change(session, batch.id, ("landed",), **values)
        await queue.enqueue(session, TRANSLATE, {"batch": str(batch.id)}, dedupe_key=f"translate:{batch.id}")
        return landed or batch

    async def _bounded(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The body in blocks of the chunk size, the last shorter; within the limits of size and patience."""
        block, size, limits = bytearray(), 0, self._tools.limits
        async for part in _patient(body, limits.stall_seconds):
            size += len(part)
            if size > limits.body_bytes:
                raise BodyTooLarge(limit=limits.body_bytes)
            block += part
            while len(block) >= CHUNK_BYTES:
                yield bytes(block[:CHUNK_BYTES])
                del block[:CHUNK_BYTES]
        if block:
            yield bytes(block)


async def _patient(body: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """A body whose sender has gone silent is given up: it holds a transaction."""
    parts = aiter(body)
    while True:
        try:
            async with asyncio.timeout(seconds):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UploadInterrupted from None
        yield part


def new_batch(tools: Tools, arrival: Arrival, wrapped: bytes | None) -> dict[str, Any]:
    """The values of a batch whose bytes have not come yet."""
    adapter = tools.adapter(arrival.feed)
    return {
        "id": uuid4(),
        "feed": arrival.feed.value,
        "mode": arrival.mode,
        "form": arrival.form.value,
        "sha256": "",
        "size_bytes": 0,
        "gzip": arrival.gzip,
        "client": arrival.client,
        "received_at": tools.clock.now(),
        "contract_version": adapter.contract_version,
        "adapter_version": adapter.adapter_version,
        "data_key": wrapped,
    }
