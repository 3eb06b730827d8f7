"""One record, delivered by itself and answered at once: translated, kept and linked in one transaction."""

import hashlib
import io
from collections.abc import Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from adapters.base import Form, UnreadableDelivery
from app.db.engine import WriteSession
from app.ingestion.applying import compute, keep, settled
from app.ingestion.errors import BodyTooLarge, BodyUnreadable, EmptyBody, NotOneRecord
from app.ingestion.landing import Arrival, new_batch
from app.ingestion.plan import Entry, Slot, tally
from app.ingestion.repository import RecordRepository
from app.ingestion.rows import Place, Row, issue_rows
from app.ingestion.sentences import sentence_of
from app.ingestion.tools import Tools
from app.ingestion.translating import UNSTORABLE, refused
from schemas.ingestion import IssueAnswer, RecordAnswer
from schemas.translation import Translation
from schemas.vocabulary import Severity

SINGLE_FORMS = frozenset({Form.JSON, Form.XML})
_INLINE_BYTES = 64 * 1024


class Single:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def put(self, arrival: Arrival, body: bytes) -> RecordAnswer:
        """Raises ``EmptyBody``, ``BodyTooLarge``, ``BodyUnreadable``, ``NotOneRecord``.

        A record that cannot be used is an answer too: outcome ``rejected``, with the reasons.
        """
        entry = await self._entry(arrival, body)
        try:
            return await self._keep(arrival, body, entry)
        except UNSTORABLE:
            return await self._keep(arrival, body, refused(self._tools, entry))

    async def _entry(self, arrival: Arrival, body: bytes) -> Entry:
        limit = self._tools.limits.record_body_bytes
        if len(body) > limit:
            raise BodyTooLarge(limit=limit)
        if not body:
            raise EmptyBody
        size = len(body) // _INLINE_BYTES * 1000
        translation = await compute(lambda: self._translated(arrival, body), size)
        return self._tools.entry(0, translation)

    def _translated(self, arrival: Arrival, body: bytes) -> Translation:
        adapter = self._tools.adapter(arrival.feed)
        context = self._tools.context(self._tools.clock.now())
        try:
            found = list(islice(adapter.translate(io.BytesIO(body), arrival.form, context), 2))
        except UnreadableDelivery as unreadable:
            raise BodyUnreadable(reason=str(unreadable.code)) from None
        if len(found) != 1:
            raise NotOneRecord(feed=arrival.feed.value)
        return found[0]

    async def _keep(self, arrival: Arrival, body: bytes, entry: Entry) -> RecordAnswer:
        batch = new_batch(self._tools, arrival, None)
        batch |= {"sha256": hashlib.sha256(body).hexdigest(), "size_bytes": len(body)}
        async with self._tools.database.write() as session:
            records = await RecordRepository.of(session)
            if entry.key is not None:
                await records.lock_record(arrival.feed, entry.key)
            place = Place(arrival.feed, batch["id"], batch["adapter_version"])
            slots = await settled(self._tools, records, place, [entry], batch["received_at"])
            await records.add_batch(_ended(batch, entry))
            changed = await keep(self._tools, records, place, [entry], slots)
            if changed:
                await records.mark_dirty(changed)  # cleared by linking, or left to the run over everything
                await self._tools.linker.link_now(session, changed)
            return answer(place, entry, await self._case(session, changed, entry, slots))

    async def _case(
        self, session: WriteSession, changed: list[int], entry: Entry, slots: Mapping[str, Slot]
    ) -> UUID | None:
        held = slots[entry.key].held if entry.key is not None else None
        record_id = changed[0] if changed else (held.id if held else None)
        return None if record_id is None else await self._tools.linker.case_of(session, record_id)


def _ended(batch: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """The batch of one record is done when it begins; its bytes live on as the record's verbatim content."""
    counts = {outcome.value: count for outcome, count in tally([entry]).items()}
    ends = dict.fromkeys(("translated_at", "linked_at", "erased_at"), batch["received_at"])
    return {**batch, **ends, **counts, "state": "done", "checkpoint": 1, "received": 1}


def answer(place: Place, entry: Entry, case: UUID | None) -> RecordAnswer:
    return RecordAnswer(
        batch=place.batch_id,
        feed=place.feed,
        number=entry.number,
        outcome=entry.outcome,
        case=case,
        issues=tuple(map(issue_answer, issue_rows(place.batch_id, entry))),
    )


def issue_answer(row: Row) -> IssueAnswer:
    """Of a row of ``delivery_issue``."""
    _, _, _, code, severity, line, record, field, value = row
    said = sentence_of(code)
    return IssueAnswer(
        row=line,
        record=record,
        field=field,
        code=code,
        severity=Severity(severity),
        es=said.es,
        en=said.en,
        value=value,
    )
