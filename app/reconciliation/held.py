"""Records as matching sees them: rows opened with their record's key, for one linking only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.reconciliation.districts import departments_of
from app.reconciliation.features import MentionFeatures, ReportFeatures, decode
from app.security.sealing import Sealer
from schemas.vocabulary import CitationRelation

Row = Mapping[str, Any]


@dataclass(slots=True, frozen=True)
class HeldRecord:
    """``mention_ids`` runs parallel to ``report.mentions``; both in order of (role, order)."""

    report: ReportFeatures
    mention_ids: tuple[int, ...]

    @property
    def id(self) -> int:
        return self.report.record_id


class Held:
    """The records read so far, by record and by mention."""

    def __init__(self) -> None:
        self.records: dict[int, HeldRecord] = {}
        self.mentions: dict[int, MentionFeatures] = {}
        self.record_of: dict[int, int] = {}  # of every mention known, also those no longer named
        self.far_roles: dict[int, str] = {}  # of mentions that edges lead to and that were not read

    def add(self, record: HeldRecord) -> None:
        self.records[record.id] = record
        for mention_id, mention in zip(record.mention_ids, record.report.mentions, strict=True):
            self.mentions[mention_id] = mention
            self.record_of[mention_id] = record.id

    def report(self, record_id: int) -> ReportFeatures:
        return self.records[record_id].report

    def missing(self, record_ids: Iterable[int]) -> list[int]:
        return sorted({record_id for record_id in record_ids if record_id not in self.records})

    def role(self, mention_id: int) -> str:
        known = self.mentions.get(mention_id)
        return self.far_roles[mention_id] if known is None else known.role

    def mention_ids(self, record_id: int) -> tuple[int, ...]:
        held = self.records.get(record_id)
        return held.mention_ids if held else ()


def open_record(
    row: Row, citations: Iterable[Sequence[str]], mentions: Iterable[Sequence[Any]], sealer: Sealer
) -> HeldRecord:
    """``citations`` are (feed, key, relation), ``mentions`` (id, role, order, sealed features)."""
    ordered = sorted(mentions, key=lambda mention: (mention[1], mention[2]))
    features = _open(row["id"], row["data_key"], ordered, sealer) if ordered else ()
    return HeldRecord(_report(row, citations, features), tuple(mention[0] for mention in ordered))


def _open(
    record_id: int, wrapped: bytes, mentions: Iterable[Sequence[Any]], sealer: Sealer
) -> tuple[MentionFeatures, ...]:
    key = sealer.unwrap(wrapped)
    return tuple(
        decode(key.open(sealed, f"features|{record_id}|{role}|{order}".encode()))
        for _, role, order, sealed in mentions
    )


def _report(
    row: Row, citations: Iterable[Sequence[str]], mentions: tuple[MentionFeatures, ...]
) -> ReportFeatures:
    """As ``features.report_features`` makes it of the observation; a test holds the two equal."""
    cited: set[tuple[str, str]] = set()
    first_calls: set[str] = set()
    for feed, key, relation in citations:
        if relation == CitationRelation.COUNTERPART:
            cited.add((feed, key))
        else:
            first_calls.add(key)
    return ReportFeatures(
        feed=row["feed"],
        key=row["key"],
        citation_key=row["citation_key"],
        makes_case=row["makes_case"],
        joins_case=row["joins_case"],
        cited=tuple(sorted(cited)),
        first_call=min(first_calls, default=None),
        facts_date=_ordinal(row["facts_date"]),
        report_date=_ordinal(row["report_date"]),
        department=row["department"],
        province=row["province"],
        district=row["district"],
        office_departments=departments_of(row["office_district"]),
        family=row["offence_family"],
        mentions=mentions,
        record_id=row["id"],
    )


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day else None
