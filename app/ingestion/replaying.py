"""Replay: what was kept verbatim is translated again by a corrected adapter: same stamp, better content."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.ingestion.applying import standing_of
from app.ingestion.plan import Entry, Slot
from app.ingestion.repository import HeldContent, RecordRepository
from app.ingestion.rows import Maker, Place, Rows, delivery_aad
from app.ingestion.stream import AdapterBroken
from app.ingestion.tools import Tools
from schemas.vocabulary import Feed


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """How many held records were read again, changed, and can no longer be used (these stay as they were);
    how many that were once rejected arrived after all."""

    read: int = 0
    changed: int = 0
    unusable: int = 0
    rescued: int = 0


class Replayer:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def replay(self, feed: Feed) -> ReplaySummary:
        """Every record held, in order of row ids. May be run again: what is up to date does not change."""
        return await self._run(feed, None)

    async def reindex(self, feed: Feed) -> ReplaySummary:
        """Every record whose index is of an earlier version than the indexer's. Each chunk is committed by
        itself: killed, it goes on with what is left. What can no longer be read stays as it is."""
        version = self._tools.indexer.version
        async with self._tools.database.write() as session:
            if not await (await RecordRepository.of(session)).behind(version):
                return ReplaySummary()
        summary = await self._run(feed, version)
        async with self._tools.database.write() as session:
            records = await RecordRepository.of(session)
            await records.lock_feed(feed)
            return replace(summary, unusable=await records.leave_behind(feed, version))

    async def _run(self, feed: Feed, below: int | None) -> ReplaySummary:
        after, summary = 0, ReplaySummary()
        while True:
            last, done = await self._chunk(feed, after, below)
            if last is None:
                return summary
            after = last
            summary = ReplaySummary(
                summary.read + done.read, summary.changed + done.changed, summary.unusable + done.unusable
            )

    async def _chunk(self, feed: Feed, after: int, below: int | None) -> tuple[int | None, ReplaySummary]:
        async with self._tools.database.write() as session:
            records = await RecordRepository.of(session)
            await records.lock_feed(feed)
            held = await records.held_contents(feed, after, self._tools.limits.chunk_records, below)
            if not held:
                return None, ReplaySummary()
            entries = await asyncio.to_thread(self._translated, feed, held)
            changed = await self._apply(records, feed, held, entries)
            if changed:
                await records.mark_dirty(changed)
            unusable = sum(1 for entry in entries if entry.version is None)
            return held[-1].record.id, ReplaySummary(len(held), len(changed), unusable)

    def _translated(self, feed: Feed, held: Sequence[HeldContent]) -> list[Entry]:
        return [self._entry(feed, content) for content in held]

    def _entry(self, feed: Feed, held: HeldContent) -> Entry:
        key = self._tools.sealer.unwrap(held.record.data_key)
        verbatim = key.open(held.verbatim, delivery_aad(held.origin.batch_id, held.origin.position))
        context = self._tools.context(held.received_at)
        try:
            translation = self._tools.adapter(feed).translate_verbatim(verbatim, context)
        except Exception:
            raise AdapterBroken from None  # its message could quote a person
        return self._tools.entry(held.origin.position, translation)

    async def _apply(
        self,
        records: RecordRepository,
        feed: Feed,
        contents: Sequence[HeldContent],
        entries: Sequence[Entry],
    ) -> list[int]:
        changed = {
            content.key: (content, entry)
            for content, entry in zip(contents, entries, strict=True)
            if corrected(content, entry) or self._behind(content, entry)
        }
        slots = {
            key: Slot(content.record, entry.version, [entry]) for key, (content, entry) in changed.items()
        }
        standing = await standing_of(self._tools, records, slots)
        # Rows name the batch and position that the content came with, not those of this run.
        maker = Maker(
            Place(feed, UUID(int=0), self._tools.adapter(feed).adapter_version),
            self._tools.sealer,
            self._tools.indexer,
            self._tools.blind,
        )
        rows = Rows()
        for key, (content, _) in changed.items():
            maker.remake(slots[key], standing[key], content.origin, rows)
        await records.write(rows)
        return [place.record_id for place in standing.values()]

    def _behind(self, held: HeldContent, entry: Entry) -> bool:
        """The same version, indexed as was done before."""
        return _same_version(held, entry) and held.record.index_version < self._tools.indexer.version


def corrected(held: HeldContent, entry: Entry) -> bool:
    """The adapter reads the same version otherwise now. Another number or stamp would be another version."""
    version = entry.version
    return _same_version(held, entry) and version is not None and version.digest != held.record.version.digest


def _same_version(held: HeldContent, entry: Entry) -> bool:
    version = entry.version
    return version is not None and entry.key == held.key and version.stamp == held.record.version.stamp
