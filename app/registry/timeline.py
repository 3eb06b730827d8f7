"""The road of a case from the first call to the services, told by its reports. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.core.clock import lima_day
from schemas.observations import Ruling
from schemas.registry import Event, Source
from schemas.vocabulary import CallCategory, Feed

ENTRY = {
    Feed.LINEA_1818: "call",
    Feed.RETA_PNP: "complaint",
    Feed.SISTRA: "prosecution",
    Feed.PODER_JUDICIAL: "court",
}

# Two events of one day are told in the order in which institutions act.
ORDER = ("call", "referral", "complaint", "prosecution", "court", "ruling", "protection_measure", "service")


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a timeline needs of one report."""

    source: Source
    category: CallCategory | None
    report_date: date | None
    referred_at: datetime | None
    office: str | None
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class Care:
    """A protection measure or a service given to one person."""

    kind: str
    source: Source
    person: UUID
    item: Mapping[str, Any]  # schemas.observations.Measure or Service


def timeline(
    reports: Iterable[ReportFacts], care: Iterable[Care], parties: Mapping[tuple[str, str, int], UUID]
) -> tuple[Event, ...]:
    """Events in order of date, undated last. ``parties`` finds the person of (feed, number, order)."""
    events: list[Event] = []
    for report in reports:
        events.extend(_entry(report))
        for ruling in report.rulings:
            events.extend(_rulings(report.source, ruling, parties))
    events.extend(_care(item) for item in care)
    return tuple(sorted(events, key=_when))


def _entry(report: ReportFacts) -> Iterable[Event]:
    detail = report.category.value if report.category else report.office
    yield Event(kind=ENTRY[report.source.feed], date=report.report_date, source=report.source, detail=detail)
    if report.referred_at is not None:
        day = lima_day(report.referred_at)
        yield Event(kind="referral", date=day, source=report.source)


def _rulings(source: Source, ruling: Ruling, parties: Mapping[tuple[str, str, int], UUID]) -> Iterable[Event]:
    for party in ruling.parties:
        yield Event(
            kind="ruling",
            date=ruling.date,
            source=source,
            ruling=ruling.type,
            instance=ruling.instance,
            person=parties.get((source.feed.value, source.number, party.order)),
            sentence_months=party.sentence_months,
        )


def _care(care: Care) -> Event:
    day = care.item.get("date")
    return Event(
        kind=care.kind,
        date=date.fromisoformat(day) if day else None,
        source=care.source,
        person=care.person,
        detail=care.item["type"],
    )


def _when(event: Event) -> tuple[object, ...]:
    return (
        event.date is None,
        event.date or date.min,
        ORDER.index(event.kind),
        event.source.feed.value,
        event.source.number,
        str(event.person),
    )
