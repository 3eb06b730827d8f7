"""Part of a replay: what was once rejected and a corrected adapter can now use arrives after all.

The delivery that was rejected stays as it was told to its sender; the record arrives in a batch of ours.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from adapters.base import Form
from app.ingestion.applying import keep, settled
from app.ingestion.landing import Arrival, new_batch
from app.ingestion.plan import Entry, tally
from app.ingestion.repository import RecordRepository, RejectedContent
from app.ingestion.rows import Place, delivery_aad
from app.ingestion.stream import AdapterBroken
from app.ingestion.tools import Tools
from app.ingestion.versions import replaces
from schemas.vocabulary import Feed

CLIENT: Final = "replay"
_START: Final = (UUID(int=0), -1)


class Rescuer:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def rescue(self, feed: Feed) -> int:
        """How many records arrived. May be run again: what has arrived is a repeat, and left alone."""
        rescued, after = 0, _START
        while True:
            count, last = await self._chunk(feed, after)
            if last is None:
                return rescued
            rescued, after = rescued + count, last

    async def _chunk(self, feed: Feed, after: tuple[UUID, int]) -> tuple[int, tuple[UUID, int] | None]:
        async with self._tools.database.write() as session:
            records = await RecordRepository.of(session)
            await records.lock_feed(feed)
            contents = await records.rejected_contents(feed, after, self._tools.limits.chunk_records)
            if not contents:
                return 0, None
            entries = await asyncio.to_thread(self._readable, feed, contents)
            changed = await self._keep(records, feed, Form(contents[0].form), entries)
            if changed:
                await records.mark_dirty(changed)
            return len(changed), (contents[-1].batch_id, contents[-1].position)

    def _readable(self, feed: Feed, contents: Sequence[RejectedContent]) -> list[Entry]:
        entries = (self._entry(feed, content) for content in contents)
        return [entry for entry in entries if entry.version is not None]

    def _entry(self, feed: Feed, content: RejectedContent) -> Entry:
        key = self._tools.sealer.unwrap(content.data_key)
        verbatim = key.open(content.verbatim, delivery_aad(content.batch_id, content.position))
        context = self._tools.context(content.received_at)
        try:
            translation = self._tools.adapter(feed).translate_verbatim(verbatim, context)
        except Exception:
            raise AdapterBroken from None  # its message could quote a person
        return self._tools.entry(content.position, translation)

    async def _keep(
        self, records: RecordRepository, feed: Feed, form: Form, readable: Sequence[Entry]
    ) -> list[int]:
        batch = new_batch(self._tools, Arrival(feed, form, CLIENT), None)
        place = Place(feed, batch["id"], batch["adapter_version"])
        slots = await settled(self._tools, records, place, readable, batch["received_at"])
        entries = [entry for entry in readable if replaces(entry.outcome)]
        if not entries:
            return []
        for position, entry in enumerate(entries):
            entry.position = position
        await records.add_batch(_ended(batch, entries))
        standing = {key: slot for key, slot in slots.items() if slot.winner is not None}
        return await keep(self._tools, records, place, entries, standing)


def _ended(batch: dict[str, Any], entries: Sequence[Entry]) -> dict[str, Any]:
    content = b"".join(entry.translation.verbatim for entry in entries)
    ends = dict.fromkeys(("translated_at", "linked_at", "erased_at"), batch["received_at"])
    counts = {outcome.value: count for outcome, count in tally(entries).items()}
    said = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    return {**batch, **said, **ends, **counts, "state": "done", "received": len(entries)}
