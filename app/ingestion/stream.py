"""A delivery as chunks of entries. Used by one thread at a time: it waits for bytes and computes."""

import io
from collections.abc import Iterator
from typing import BinaryIO, cast
from uuid import UUID

import structlog

from adapters.base import Form, UnreadableDelivery
from app.ingestion.landed import CHUNK_BYTES, LandedReader, Unpacked
from app.ingestion.plan import Entry
from app.ingestion.tools import Tools
from app.models.ingestion import Batch
from schemas.translation import Issue, IssueCode, Translation
from schemas.vocabulary import Feed, Severity

log = structlog.get_logger(__name__)


class AdapterBroken(Exception):
    """An adapter raised what it may not. Says where, never what: the message could quote a person."""


class EntryStream:
    """The entries of one batch from ``checkpoint`` on, chunk by chunk, in the order of the file.

    Positions are those of the adapter's order, which is the same at every reading of the same bytes.
    """

    def __init__(self, tools: Tools, batch: Batch, reader: LandedReader) -> None:
        self._tools = tools
        self._reader = reader
        self._checkpoint = batch.checkpoint
        self._batch_id: UUID = batch.id
        self._entries = self._all(batch)

    def next_chunk(self) -> list[Entry]:
        """Empty at the end. Raises ``UnreadableDelivery`` where nothing at all can be read."""
        chunk: list[Entry] = []
        size = 0
        limits = self._tools.limits
        for entry in self._entries:
            chunk.append(entry)
            size += len(entry.translation.verbatim)
            if len(chunk) >= limits.chunk_records or size >= limits.chunk_bytes:
                break
        return chunk

    def _all(self, batch: Batch) -> Iterator[Entry]:
        translations = self._translations(batch)
        for position, translation in enumerate(translations):
            if position >= self._checkpoint:
                yield self._tools.entry(position, translation)

    def _translations(self, batch: Batch) -> Iterator[Translation]:
        raw = Unpacked(self._reader, self._tools.limits.unpacked_bytes) if batch.gzip else self._reader
        source = cast(BinaryIO, io.BufferedReader(raw, CHUNK_BYTES))
        feed = Feed(batch.feed)
        context = self._tools.context(batch.received_at)
        count = 0
        try:
            for translation in self._tools.adapter(feed).translate(source, Form(batch.form), context):
                yield translation
                count += 1
        except UnreadableDelivery as unreadable:
            if count == 0:
                raise
            yield rest_unreadable(count, unreadable.code)
        except Exception as error:
            if self._reader.failure is not None:
                raise self._reader.failure from None
            log.error("adapter_broken", feed=feed.value, position=count, error=type(error).__name__)
            raise AdapterBroken from None


def rest_unreadable(position: int, code: str) -> Translation:
    """What could not be read after records had been: one rejected record, nothing is lost silently."""
    issue = Issue(
        code=IssueCode.STRUCTURE_UNREADABLE, severity=Severity.REJECTION, field="delivery", value=code
    )
    return Translation(position=position, issues=(issue,), verbatim=b"")
