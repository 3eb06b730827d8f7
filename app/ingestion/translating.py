"""The job after landing: translate what was kept, apply it by chunks, erase it. Survives a kill anywhere."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import func

from adapters.base import UnreadableDelivery
from app.core import queue
from app.ingestion import batches, checking
from app.ingestion.applying import apply
from app.ingestion.landed import LandedReader, check_gzip
from app.ingestion.plan import Entry, tally
from app.ingestion.repository import RecordRepository
from app.ingestion.rows import Place
from app.ingestion.stream import AdapterBroken, EntryStream, rest_unreadable
from app.ingestion.tools import Tools
from app.models.ingestion import Batch
from app.security.sealing import DataKey
from schemas.vocabulary import Feed

Progress = Callable[[int], None]
LINK: Final = "link"  # job
UNSTORABLE: Final = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)


class TakenOver(Exception):
    """Another worker is further with this batch than we thought; it goes on alone."""


class Damaged(Exception):
    """The landed bytes are not those that were received."""


class Translator:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def run(self, batch_id: UUID, progress: Progress = lambda count: None) -> None:
        """Bring a landed batch as far as linking (validated: to its end). Does nothing to one further on.

        A batch that cannot be read ends as failed; a lost database or process leaves it to be run again.
        """
        batch = await self._start(batch_id)
        if batch is None:
            return
        if batch.attempts > batches.MOST_ATTEMPTS:  # whoever takes it up dies of it, and would for ever
            await self._fail(batch, batches.STUCK)
            return
        try:
            await self._translate(batch, progress)
        except UnreadableDelivery as unreadable:
            await self._fail(batch, unreadable.code, ", ".join(unreadable.columns) or None)
        except Damaged:
            await self._fail(batch, "landed_bytes_damaged")
        except AdapterBroken:
            await self._fail(batch, batches.BROKEN)
        except TakenOver:
            return

    async def _start(self, batch_id: UUID) -> Batch | None:
        async with self._tools.database.write() as session:
            return await batches.begin(session, batch_id)

    async def _translate(self, batch: Batch, progress: Progress) -> None:
        key = self._tools.sealer.unwrap(batch.data_key or b"")
        if batch.gzip:
            limit = self._tools.limits.unpacked_bytes
            await asyncio.to_thread(check_gzip, self._reader(batch, key), limit)
        reader = self._reader(batch, key)
        async with EntryStream.open(self._tools, batch, reader) as stream:
            if batch.mode == "validate":
                await checking.check(self._tools, batch, stream, progress)
            else:
                await self._keep(batch, stream, progress)
        if await asyncio.to_thread(reader.sha256) != batch.sha256 or reader.size != batch.size_bytes:
            raise Damaged
        await self._finish(batch)

    def _reader(self, batch: Batch, key: DataKey) -> LandedReader:
        """For a thread: each chunk is fetched by this event loop, in a short transaction of its own."""
        loop = asyncio.get_running_loop()
        database, batch_id = self._tools.database, batch.id

        async def sealed(position: int) -> bytes | None:
            async with database.read() as session:
                return await batches.chunk(session, batch_id, position)

        def fetch(position: int) -> bytes | None:
            ciphertext = asyncio.run_coroutine_threadsafe(sealed(position), loop).result()
            aad = chunk_aad(batch_id, position)
            return None if ciphertext is None else key.open(ciphertext, aad)

        return LandedReader(fetch)

    async def _keep(self, batch: Batch, stream: EntryStream, progress: Progress) -> None:
        """The next chunk is translated in a thread while the database takes in this one."""
        following = asyncio.create_task(stream.next_chunk())
        try:
            while chunk := await following:
                following = asyncio.create_task(stream.next_chunk())
                await self._apply(batch, chunk)
                progress(len(chunk))
        finally:
            await _settle(following)

    async def _apply(self, batch: Batch, chunk: Sequence[Entry]) -> None:
        """What the tables refuse is found by halves, and that one record is rejected."""
        try:
            await self._apply_once(batch, chunk)
        except UNSTORABLE:
            if len(chunk) == 1:
                await self._apply_once(batch, [refused(self._tools, chunk[0])])
                return
            half = len(chunk) // 2
            await self._apply(batch, chunk[:half])
            await self._apply(batch, chunk[half:])

    async def _apply_once(self, batch: Batch, chunk: Sequence[Entry]) -> None:
        place = place_of(self._tools, batch)
        async with self._tools.database.write() as session:
            records = await RecordRepository.of(session)
            await records.lock_feed(place.feed)
            if not await batches.lock_at(session, batch.id, chunk[0].position):
                raise TakenOver
            changed = await apply(self._tools, records, place, chunk, batch.received_at)
            if changed:
                await records.mark_dirty(changed)
            await batches.count(session, batch.id, tally(chunk))

    async def _finish(self, batch: Batch) -> None:
        """Landed bytes go in the transaction that says that all of them are translated."""
        kept = batch.mode == "keep"
        values = {"state": "linking" if kept else "done", "translated_at": func.clock_timestamp()}
        async with self._tools.database.write() as session:
            if await batches.change(session, batch.id, ("translating",), **values) is None:
                return
            await batches.erase(session, batch.id)
            if kept:
                await queue.enqueue(session, LINK, {"batch": str(batch.id)}, dedupe_key=f"link:{batch.id}")

    async def _fail(self, batch: Batch, code: str, field: str | None = None) -> None:
        async with self._tools.database.write() as session:
            if await batches.change(session, batch.id, ("translating",), state="failed", error_code=code):
                await batches.add_failure(session, batch.id, code, field)


def chunk_aad(batch_id: UUID, position: int) -> bytes:
    return f"landed_chunk|{batch_id}|{position}".encode()


def place_of(tools: Tools, batch: Batch) -> Place:
    feed = Feed(batch.feed)
    return Place(feed, batch.id, tools.adapter(feed).adapter_version)


def refused(tools: Tools, entry: Entry) -> Entry:
    """An entry that the tables do not take, as a rejection that they do."""
    issues = rest_unreadable(entry.position, "unstorable").issues
    kept = entry.translation.model_copy(update={"observation": None, "issues": issues, "rows": ()})
    return tools.entry(entry.position, kept.model_copy(update={"number": None}))


async def _settle(task: "asyncio.Task[list[Entry]]") -> None:
    """A thread cannot be cancelled: wait for it, or it would read on while the batch is run again."""
    try:
        await task
    except BaseException:
        return
