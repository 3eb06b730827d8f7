"""Applies one chunk of arriving versions inside the caller's transaction."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from app.ingestion.aligning import KnownMention, aligned
from app.ingestion.content import differences
from app.ingestion.plan import Entry, HeldRecord, Slot, settle
from app.ingestion.repository import KeptVerbatim, RecordRepository, SealedMention
from app.ingestion.rows import Maker, MentionKey, Place, Standing, delivery_aad
from app.ingestion.tools import Tools
from app.security.sealing import DataKey
from schemas.observations import Identity, Observation
from schemas.translation import Issue, IssueCode
from schemas.vocabulary import Outcome, Severity

_INLINE: Final = 20  # entries; a thread costs more than it frees below
T = TypeVar("T")


async def compute(work: Callable[[], T], size: int) -> T:
    """Long work in a thread, so that the event loop answers others meanwhile."""
    return work() if size < _INLINE else await asyncio.to_thread(work)


async def apply(
    tools: Tools, records: RecordRepository, place: Place, entries: Sequence[Entry], received_at: datetime
) -> list[int]:
    """Settle and write the entries; the ids of the records whose held version changed.

    The caller holds the locks (of the feed, or of the one record) and ends the transaction.
    """
    slots = await settled(tools, records, place, entries, received_at)
    return await keep(tools, records, place, entries, slots)


async def keep(
    tools: Tools,
    records: RecordRepository,
    place: Place,
    entries: Sequence[Entry],
    slots: Mapping[str, Slot],
) -> list[int]:
    """Write entries that are settled; the ids of the records whose held version changed."""
    standing = await standing_of(tools, records, slots)
    maker = Maker(place, tools.sealer, tools.indexer, tools.blind)
    rows = await compute(lambda: maker.make(entries, slots, standing), len(entries))
    await records.write(rows)
    return [place.record_id for place in standing.values()]


async def settled(
    tools: Tools, records: RecordRepository, place: Place, entries: Sequence[Entry], received_at: datetime
) -> dict[str, Slot]:
    """Give each entry its outcome against what is held, and conflicts their reasons."""
    keys = sorted({entry.key for entry in entries if entry.key is not None})
    slots = settle(entries, await records.held_records(place.feed, keys) if keys else {})
    await explain_conflicts(tools, records, place, Conflicts(entries, slots), received_at)
    return slots


class Conflicts:
    """The entries of a chunk that differ from what stands under the same stamp."""

    def __init__(self, entries: Iterable[Entry], slots: Mapping[str, Slot]) -> None:
        conflicting = [entry for entry in entries if entry.outcome is Outcome.CONFLICTING]
        self.pairs = [(entry, slots[entry.key]) for entry in conflicting if entry.key is not None]

    def held_ids(self) -> list[int]:
        """Records whose kept content must be read again to say what differs."""
        return sorted({slot.held.id for entry, slot in self.pairs if slot.held and not _rival(entry, slot)})


async def explain_conflicts(
    tools: Tools, records: RecordRepository, place: Place, conflicts: Conflicts, received_at: datetime
) -> None:
    """Name the differing fields. What differs in nothing (an older adapter read it otherwise) is a repeat."""
    if not conflicts.pairs:
        return
    ids = conflicts.held_ids()
    kept = await records.held_verbatim(ids) if ids else {}

    def work() -> None:
        for entry, slot in conflicts.pairs:
            verbatim = kept.get(slot.held.id) if slot.held else None
            rival = _rival(entry, slot) or _translated_again(tools, place, verbatim, received_at)
            _explain(entry, rival)

    await compute(work, len(conflicts.pairs))


def _rival(entry: Entry, slot: Slot) -> Observation | None:
    """What the chunk itself brought under the same stamp before."""
    for kept in slot.kept:
        if kept.version and entry.version and kept.version.stamp == entry.version.stamp:
            return kept.translation.observation
    return None


def _translated_again(
    tools: Tools, place: Place, kept: KeptVerbatim | None, received_at: datetime
) -> Observation | None:
    if kept is None:
        return None
    aad = delivery_aad(kept.batch_id, kept.position)
    verbatim = tools.sealer.unwrap(kept.data_key).open(kept.verbatim, aad)
    context = tools.context(received_at)
    return tools.adapter(place.feed).translate_verbatim(verbatim, context).observation


def _explain(entry: Entry, held: Observation | None) -> None:
    arriving = entry.translation.observation
    row = entry.translation.rows[0] if entry.translation.rows else None
    if held is None or arriving is None:
        entry.issues = (_conflict(row),)
        return
    found = differences(held, arriving)
    if not found:
        entry.outcome = Outcome.REPEATED
    entry.issues = tuple(_conflict(row, one.field, one.value, one.personal) for one in found)


def _conflict(
    row: int | None, field: str | None = None, value: str | None = None, personal: bool = False
) -> Issue:
    return Issue(
        code=IssueCode.CONFLICTING_CONTENT,
        severity=Severity.REJECTION,
        row=row,
        field=field,
        value=value,
        personal=personal,
    )


async def standing_of(
    tools: Tools, records: RecordRepository, slots: Mapping[str, Slot]
) -> dict[str, Standing]:
    """Row ids of the records that change and of their mentions; new ones are drawn from the sequences."""
    changing = {key: slot for key, slot in slots.items() if slot.winner is not None}
    if not changing:
        return {}
    known = await records.known_mentions([slot.held.id for slot in changing.values() if slot.held])
    named = {key: _named(slot) for key, slot in changing.items()}

    def work() -> dict[str, dict[MentionKey, int]]:
        return {
            key: aligned(_opened(tools, slot.held, known[slot.held.id]), named[key]) if slot.held else {}
            for key, slot in changing.items()
        }

    kept = await compute(work, len(changing))
    missing = {key: [name for name in named[key] if name not in kept[key]] for key in changing}
    fresh = sum(1 for slot in changing.values() if slot.held is None)
    new_records, new_mentions = await records.new_ids(fresh, sum(map(len, missing.values())))
    record_ids, mention_ids = iter(new_records), iter(new_mentions)
    standing = {}
    for key, slot in changing.items():
        ids = {**kept[key], **{name: next(mention_ids) for name in missing[key]}}
        record_id = slot.held.id if slot.held else next(record_ids)
        standing[key] = Standing(record_id, ids, frozenset(kept[key]))
    return standing


def _named(slot: Slot) -> dict[MentionKey, Identity]:
    observation = slot.winner.translation.observation if slot.winner else None
    mentions = observation.mentions if observation else ()
    return {(mention.role.value, mention.order): mention.identity for mention in mentions}


def _opened(tools: Tools, held: HeldRecord, known: Sequence[SealedMention]) -> list[KnownMention]:
    """Who they were said to be, opened with the record's key."""
    key = tools.sealer.unwrap(held.data_key)
    return [
        KnownMention(each.id, each.key, each.present, _identity(key, held.id, each.key, each.identity))
        for each in known
    ]


def _identity(key: DataKey, record_id: int, named: MentionKey, sealed: bytes | None) -> Identity | None:
    if sealed is None:
        return None
    plain = key.open(sealed, f"identity|{record_id}|{named[0]}|{named[1]}".encode())
    return Identity.model_validate_json(plain)
