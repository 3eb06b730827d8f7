"""Rows of the tables, made and sealed from settled entries. No database here: only values and keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from app.ingestion import storable
from app.ingestion.columns import COLUMNS
from app.ingestion.erased import without
from app.ingestion.masking import shown_value
from app.ingestion.plan import Entry, HeldRecord, Slot
from app.ingestion.ports import Indexer, RecordIndex
from app.security.blind import BlindIndex
from app.security.sealing import DataKey, Sealer
from schemas.observations import Mention, Observation
from schemas.vocabulary import Feed, Outcome

Row = tuple[Any, ...]
MentionKey = tuple[str, int]  # role, order


@dataclass(frozen=True, slots=True)
class Place:
    """Of which batch, and made by which adapter."""

    feed: Feed
    batch_id: UUID
    adapter_version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A record whose held version changes: its row id, and the ids that its mentions have or get."""

    record_id: int
    mention_ids: Mapping[MentionKey, int]
    known_mentions: frozenset[MentionKey]  # those that have a row already


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the verbatim content of a held version is, and how often it was read."""

    batch_id: UUID
    position: int
    revision: int


@dataclass(slots=True)
class Rows:
    """What one transaction writes; ``changed`` are rows that exist already."""

    new: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    changed_records: list[Row] = field(default_factory=list)  # as record, the key of a held row last
    changed_mentions: list[Row] = field(default_factory=list)  # as mention


class Maker:
    """Makes the rows of one chunk. Runs in a thread: it only computes."""

    def __init__(self, place: Place, sealer: Sealer, indexer: Indexer, blind: BlindIndex) -> None:
        self._place = place
        self._sealer = sealer
        self._indexer = indexer
        self._blind = blind

    def make(
        self, entries: Iterable[Entry], slots: Mapping[str, Slot], standing: Mapping[str, Standing]
    ) -> Rows:
        rows = Rows()
        keys = {key: self._data_key(slots[key].held) for key in slots}
        for entry in entries:
            slot_key = entry.key
            if slot_key is None:
                self._rejected(rows, entry)
            else:
                data_key, _ = keys[slot_key]
                held = slots[slot_key].held
                record_id = held.id if held else standing[slot_key].record_id
                keep = not (held and held.erased)  # verbatim it would bring back whom it was erased of
                self._delivery(rows, entry, record_id, (data_key if keep else None, None))
            rows.new["delivery_issue"].extend(issue_rows(self._place.batch_id, entry))
        for key, place in standing.items():
            versions = [self._version(place.record_id, entry) for entry in slots[key].kept]
            rows.new["record_version"].extend(versions)
            self._record(rows, slots[key], place, keys[key])
        return rows

    def remake(self, slot: Slot, place: Standing, origin: Origin, rows: Rows) -> None:
        """A held version made anew: where a corrected adapter reads it otherwise, ledgered as a revision."""
        winner = slot.winner
        if winner is None or winner.version is None:
            raise ValueError("a corrected version has content")
        stamp, digest = winner.version.stamp, winner.version.digest
        adapter = self._place.adapter_version
        if slot.held is None or slot.held.version.digest != digest:
            rows.new["record_version"].append(
                (
                    place.record_id,
                    stamp,
                    origin.revision + 1,
                    adapter,
                    digest,
                    origin.batch_id,
                    origin.position,
                )
            )
        self._record(rows, slot, place, self._data_key(slot.held))

    def _data_key(self, held: HeldRecord | None) -> tuple[DataKey, bytes]:
        if held is None:
            return self._sealer.new_key()
        return self._sealer.unwrap(held.data_key), held.data_key

    def _rejected(self, rows: Rows, entry: Entry) -> None:
        data_key, wrapped = self._sealer.new_key()
        self._delivery(rows, entry, None, (data_key, wrapped))

    def _delivery(
        self, rows: Rows, entry: Entry, record_id: int | None, key: tuple[DataKey | None, bytes | None]
    ) -> None:
        """Without a key the verbatim content is not kept."""
        batch_id, position = self._place.batch_id, entry.position
        data_key, wrapped = key
        verbatim = None
        if data_key is not None and entry.outcome is not Outcome.REPEATED:
            verbatim = data_key.seal(entry.translation.verbatim, delivery_aad(batch_id, position))
        rows.new["delivery"].append(
            (
                batch_id,
                position,
                record_id,
                _number(entry),
                entry.version.stamp if entry.version else None,
                entry.outcome.value,
                entry.translation.rows,
                wrapped,
                verbatim,
            )
        )

    def _record(self, rows: Rows, slot: Slot, place: Standing, key: tuple[DataKey, bytes]) -> None:
        winner = slot.winner
        if winner is None or winner.version is None or winner.translation.observation is None:
            raise ValueError("a standing record has a version")
        observation, record_id = winner.translation.observation, place.record_id
        if slot.held is not None and slot.held.erased:
            observation = without(observation, slot.held.erased, self._blind)
        data_key, wrapped = key
        stamp, digest = winner.version.stamp, winner.version.digest
        if slot.held is None:
            number = storable.text(observation.number)
            rows.new["record"].append(
                (
                    record_id,
                    self._place.feed.value,
                    observation.key,
                    number,
                    stamp,
                    digest,
                    observation.annulled,
                    wrapped,
                    self._indexer.version,
                )
            )
        else:
            indexed = self._indexer.version
            rows.changed_records.append((record_id, stamp, digest, observation.annulled, indexed))
        self._content(rows, place, observation, data_key)

    def _version(self, record_id: int, entry: Entry) -> Row:
        version = entry.version
        if version is None:
            raise ValueError("a rejected entry is no version")
        batch_id, adapter = self._place.batch_id, self._place.adapter_version
        return (record_id, version.stamp, 0, adapter, version.digest, batch_id, entry.position)

    def _content(self, rows: Rows, place: Standing, observation: Observation, key: DataKey) -> None:
        record_id = place.record_id
        index = self._indexer.index(observation)
        rows.new["report"].append(report_row(record_id, observation, key))
        rows.new["citation"].extend(_citations(record_id, observation))
        rows.new["record_key"].extend((value, record_id) for value in set(index.record_keys))
        for mention in observation.mentions:
            self._mention(rows, place, mention, (index, key))

    def _mention(
        self, rows: Rows, place: Standing, mention: Mention, sealing: tuple[RecordIndex, DataKey]
    ) -> None:
        index, key = sealing
        known = (mention.role.value, mention.order)
        mention_id = place.mention_ids[known]
        row = mention_row(mention_id, place.record_id, mention)
        (rows.changed_mentions if known in place.known_mentions else rows.new["mention"]).append(row)
        indexed = index.mentions.get((mention.role, mention.order))
        binding = f"|{place.record_id}|{known[0]}|{known[1]}".encode()
        identity = mention.identity.model_dump_json(exclude_defaults=True).encode()
        features = key.seal(indexed.features, b"features" + binding) if indexed else None
        rows.new["mention_identity"].append((mention_id, key.seal(identity, b"identity" + binding), features))
        if indexed:
            rows.new["mention_key"].extend((value, mention_id) for value in set(indexed.keys))


def delivery_aad(batch_id: UUID, position: int) -> bytes:
    return f"delivery|{batch_id}|{position}".encode()


def issue_rows(batch_id: UUID, entry: Entry) -> list[Row]:
    issues = (*entry.translation.issues, *entry.issues)
    if not issues:
        return []
    number, position = _number(entry), entry.position
    return [
        (
            batch_id,
            position,
            ordinal,
            issue.code.value,
            issue.severity.value,
            issue.row,
            number,
            storable.text(issue.field[:200] if issue.field else issue.field),
            shown_value(issue),
        )
        for ordinal, issue in enumerate(issues)
    ]


def _number(entry: Entry) -> str | None:
    number = storable.text(entry.number)
    return number[: storable.KEY_CHARACTERS] if number is not None else None


def _code(value: Any) -> Any:
    return None if value is None else value.value


def report_row(record_id: int, seen: Observation, key: DataKey) -> Row:
    """In the order of ``COLUMNS["report"]``."""
    offence, place = seen.offence, seen.place
    narrative = None
    if seen.narrative is not None:
        narrative = key.seal(seen.narrative.encode(), f"narrative|{record_id}".encode())
    return (
        record_id,
        seen.feed.value,
        storable.text(seen.number),
        seen.citation_key,
        seen.stamp,
        seen.annulled,
        seen.makes_case,
        seen.joins_case,
        _code(seen.category),
        offence.family.value if offence else None,
        storable.text(offence.code) if offence else None,
        storable.text(offence.label) if offence else None,
        seen.facts_date,
        seen.report_date,
        seen.reported_at,
        seen.referred_at,
        storable.text(seen.referred_to),
        storable.text(seen.office),
        storable.text(seen.office_district),
        place.department,
        place.province,
        place.district,
        [purpose.value for purpose in seen.purposes],
        [means.value for means in seen.recruitment],
        _code(seen.exploitation_place),
        _code(seen.stage),
        seen.victims_claimed,
        _json(seen.rulings),
        narrative,
    )


def mention_row(mention_id: int, record_id: int, seen: Mention) -> Row:
    """In the order of ``COLUMNS["mention"]``."""
    return (
        mention_id,
        record_id,
        seen.role.value,
        seen.order,
        seen.kind.value,
        True,
        _code(seen.sex),
        seen.age_min,
        seen.age_max,
        storable.text(seen.nationality),
        storable.text(seen.origin_ubigeo),
        _code(seen.relation),
        seen.rescued,
        seen.detained,
        _json(seen.measures),
        _json(seen.services),
    )


def _citations(record_id: int, seen: Observation) -> list[Row]:
    return [
        (
            record_id,
            ordinal,
            citation.feed.value,
            storable.text(citation.raw),
            storable.key(citation.key),
            citation.relation.value,
        )
        for ordinal, citation in enumerate(seen.citations)
    ]


def _json(values: tuple[Any, ...]) -> str:
    if not values:
        return "[]"
    text = orjson.dumps([value.model_dump(mode="json") for value in values]).decode()
    return text.replace("\\u0000", "\\ufffd")
