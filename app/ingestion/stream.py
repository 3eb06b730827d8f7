"""A delivery as chunks of entries, read in a thread of its own: it waits for bytes and computes."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from typing import BinaryIO, TypeVar, cast
from uuid import UUID

from adapters.base import Form, UnreadableDelivery
from app.core.logging import get_logger
from app.ingestion.landed import CHUNK_BYTES, LandedReader, Unpacked
from app.ingestion.plan import Entry
from app.ingestion.tools import Tools
from app.models.ingestion import Batch
from schemas.translation import Issue, IssueCode, Translation
from schemas.vocabulary import Feed, Severity

T = TypeVar("T")
log = get_logger(__name__)


class AdapterBroken(Exception):
    """An adapter raised what it may not. Says where, never what: the message could quote a person."""


class EntryStream:
    """The entries of one batch from ``checkpoint`` on, chunk by chunk, in the order of the file.

    All of it happens in one thread, from the first byte to the release: a parser of XML that is begun in one
    thread and fed or freed in another corrupts memory (libxml2 keeps its names by thread).

    Positions are those of the adapter's order, which is the same at every reading of the same bytes.
    """

    def __init__(self, tools: Tools, batch: Batch, reader: LandedReader) -> None:
        self._tools = tools
        self._reader = reader
        self._checkpoint = batch.checkpoint
        self._batch_id: UUID = batch.id
        self._entries = self._all(batch)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="translate")

    @classmethod
    @asynccontextmanager
    async def open(cls, tools: Tools, batch: Batch, reader: LandedReader) -> "AsyncIterator[EntryStream]":
        stream = cls(tools, batch, reader)
        try:
            yield stream
        finally:
            try:
                await stream.run(stream._entries.close)
            finally:
                stream._thread.shutdown(wait=False)

    async def run(self, work: Callable[[], T]) -> T:
        """Do something in the thread of the stream, after what it was asked before."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def next_chunk(self) -> list[Entry]:
        """Empty at the end. Raises ``UnreadableDelivery`` where nothing at all can be read."""
        return await self.run(self._next_chunk)

    def _next_chunk(self) -> list[Entry]:
        chunk: list[Entry] = []
        size = 0
        limits = self._tools.limits
        for entry in self._entries:
            chunk.append(entry)
            size += len(entry.translation.verbatim)
            if len(chunk) >= limits.chunk_records or size >= limits.chunk_bytes:
                break
        return chunk

    def _all(self, batch: Batch) -> Generator[Entry]:
        translations = self._translations(batch)
        with closing(translations):
            for position, translation in enumerate(translations):
                if position >= self._checkpoint:
                    yield self._tools.entry(position, translation)

    def _translations(self, batch: Batch) -> Generator[Translation]:
        raw = Unpacked(self._reader, self._tools.limits.unpacked_bytes) if batch.gzip else self._reader
        source = cast(BinaryIO, io.BufferedReader(raw, CHUNK_BYTES))
        feed = Feed(batch.feed)
        context = self._tools.context(batch.received_at)
        count, unreadable, broken = 0, None, None
        try:
            for translation in self._tools.adapter(feed).translate(source, Form(batch.form), context):
                yield translation
                count += 1
        except UnreadableDelivery as error:
            unreadable = UnreadableDelivery(error.code, error.columns)
        except Exception as error:
            broken = type(error).__name__
        # Raised anew out here: what was caught holds on to the adapter's frames, which stay in this thread.
        if self._reader.failure is not None:
            raise self._reader.failure
        if broken is not None:
            log.error("adapter_broken", feed=feed.value, position=count, error=broken)
            raise AdapterBroken
        if unreadable is not None:
            if count == 0:
                raise unreadable
            yield rest_unreadable(count, unreadable.code)


def rest_unreadable(position: int, code: str) -> Translation:
    """What could not be read after records had been: one rejected record, nothing is lost silently."""
    issue = Issue(
        code=IssueCode.STRUCTURE_UNREADABLE, severity=Severity.REJECTION, field="delivery", value=code
    )
    return Translation(position=position, issues=(issue,), verbatim=b"")
