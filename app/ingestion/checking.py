"""``mode=validate``: all that keeping does, but nothing of a record is kept; only counts and issues are.

One transaction for the whole batch: killed at any point, nothing of it stood, and it is run again.
"""

from collections.abc import Callable, Sequence

from app.core.raw import raw_connection
from app.db.copy import copy_rows
from app.db.engine import WriteSession
from app.ingestion import batches
from app.ingestion.applying import settled
from app.ingestion.columns import COLUMNS
from app.ingestion.plan import Entry, HeldRecord, Slot, tally
from app.ingestion.repository import RecordRepository
from app.ingestion.rows import Place, issue_rows
from app.ingestion.stream import EntryStream
from app.ingestion.tools import Tools
from app.ingestion.versions import Version
from app.models.ingestion import Batch
from schemas.vocabulary import Feed


async def check(tools: Tools, batch: Batch, stream: EntryStream, progress: Callable[[int], None]) -> None:
    feed = Feed(batch.feed)
    place = Place(feed, batch.id, tools.adapter(feed).adapter_version)
    async with tools.database.write() as session:
        if not await batches.lock_at(session, batch.id, 0):
            return
        records = await CheckedRecords.begin(session)
        while chunk := await stream.next_chunk():
            slots = await settled(tools, records, place, chunk, batch.received_at)
            await records.remember(slots)
            await _keep_issues(session, batch, chunk)
            await batches.count(session, batch.id, tally(chunk))
            progress(len(chunk))


async def _keep_issues(session: WriteSession, batch: Batch, chunk: Sequence[Entry]) -> None:
    rows = [row for entry in chunk for row in issue_rows(batch.id, entry)]
    if rows:
        await copy_rows(session, "delivery_issue", COLUMNS["delivery_issue"], rows)


class CheckedRecords(RecordRepository):
    """What is held, overlaid with what this batch would have kept so far (in a table that ends with us)."""

    @classmethod
    async def begin(cls, session: WriteSession) -> "CheckedRecords":
        connection = await raw_connection(session)
        await connection.execute(
            "CREATE TEMPORARY TABLE checked_version"
            " (key text PRIMARY KEY, stamp timestamptz NOT NULL, digest bytea NOT NULL) ON COMMIT DROP"
        )
        return cls(session, connection)

    async def remember(self, slots: dict[str, Slot]) -> None:
        changed = [
            (key, slot.version.stamp, slot.version.digest)
            for key, slot in slots.items()
            if slot.winner is not None and slot.version is not None
        ]
        await self._connection.executemany(
            "INSERT INTO checked_version VALUES ($1, $2, $3)"
            " ON CONFLICT (key) DO UPDATE SET stamp = excluded.stamp, digest = excluded.digest",
            changed,
        )

    async def held_records(self, feed: Feed, keys: Sequence[str]) -> dict[str, HeldRecord]:
        held = await super().held_records(feed, keys)
        found = await self._connection.fetch(
            "SELECT key, stamp, digest FROM checked_version WHERE key = ANY($1)", list(keys)
        )
        for key, stamp, digest in found:
            held[key] = HeldRecord(NOT_KEPT, Version(stamp, digest), b"")
        return held


NOT_KEPT = 0  # no record has this id: ids begin at 1
