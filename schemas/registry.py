"""Answers of the registry: cases, persons and records, without anything that names a person."""

from datetime import date as Day  # a field may be called date
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime

from schemas.base import Contract
from schemas.observations import Place
from schemas.vocabulary import (
    CallCategory,
    Feed,
    OffenceFamily,
    Relation,
    Role,
    RulingType,
    Sex,
    Stage,
)

T = TypeVar("T")


class AgeGroup(StrEnum):
    """Age at the facts. Years are not told: with place and date they would point at a child.

    Niña o niño until 12, adolescente until 18 (Código de los Niños y Adolescentes, Ley 27337, art. I).
    """

    CHILD = "0-11"
    ADOLESCENT = "12-17"
    YOUNG_ADULT = "18-29"
    ADULT = "30-59"
    OLDER_ADULT = "60+"

    @property
    def minor(self) -> bool:
        """Under 18 at the facts."""
        return self in {AgeGroup.CHILD, AgeGroup.ADOLESCENT}


class Source(Contract):
    """The record a value comes from."""

    feed: Feed
    number: str
    stamp: AwareDatetime


class Stated(Contract, Generic[T]):
    """One value and the records that state it."""

    value: T
    sources: tuple[Source, ...]


class PinMark(Contract):
    """A reviewer pinned the value. ``contradicted``: records state another, and none states this one."""

    id: int
    at: AwareDatetime
    contradicted: bool


class Golden(Contract, Generic[T]):
    """The surviving value of an attribute, the rule that chose it, and what other records say instead.

    Where a reviewer pinned it, the pin chose it; what the rule would choose stands first among the conflicts.
    """

    value: T | None
    rule: str
    sources: tuple[Source, ...] = ()
    conflicts: tuple[Stated[T], ...] = ()
    pin: PinMark | None = None


class CaseSummary(Contract):
    id: UUID
    offence_family: OffenceFamily
    offence_conflict: bool
    first_date: Day | None
    department: str | None
    stage: Stage | None
    feeds: tuple[Feed, ...]
    reports: int
    victims: int
    suspects: int


class CaseAttributes(Contract):
    offence_family: Golden[OffenceFamily]
    offence_code: Golden[str]
    facts_date: Golden[Day]
    department: Golden[str]
    province: Golden[str]
    district: Golden[str]
    exploitation_place: Golden[str]
    stage: Golden[Stage]  # the furthest that any institution reached
    purposes: tuple[Stated[str], ...] = ()  # several are normal: all are kept
    recruitment: tuple[Stated[str], ...] = ()


class ReportSummary(Contract):
    """One institution's view of a case."""

    feed: Feed
    number: str
    stamp: AwareDatetime
    stage: Stage | None
    category: CallCategory | None
    offence_family: OffenceFamily | None
    report_date: Day | None
    facts_date: Day | None
    office: str | None
    office_district: str | None
    place: Place


class MentionReference(Contract):
    """A person as one record names them, by (feed, number, role, order)."""

    feed: Feed
    number: str
    role: Role
    order: int


class CasePerson(Contract):
    """A person of a case, by pseudonymous id and what does not identify."""

    id: UUID
    roles: tuple[Role, ...]
    sex: Golden[Sex]
    nationality: Golden[str]
    age_group: Golden[AgeGroup]  # at the facts
    minor: Golden[bool]  # under 18 at the facts; None: unknown
    relation: Golden[Relation]  # of the suspect to the victim, as the record of the mention has it
    mentions: tuple[MentionReference, ...]


class Event(Contract):
    """A step of the road from complaint to services. ``kind`` is a stable code.

    ``detail``: the category of a call; the office of a complaint or file; the type of a measure or service.
    Where a call was referred to is free text of its operator and is not told.
    """

    kind: str  # call, complaint, referral, prosecution, court, ruling, protection_measure, service
    date: Day | None
    source: Source
    detail: str | None = None
    ruling: RulingType | None = None
    instance: int | None = None
    sentence_months: int | None = None
    person: UUID | None = None


class CaseCounterpart(Contract):
    """A record of a case as an institution sees another's: by number and stage."""

    feed: Feed
    number: str
    stage: Stage | None


class CaseDetail(Contract):
    id: UUID
    attributes: CaseAttributes
    stages: dict[Feed, tuple[Stage, ...]]
    reports: tuple[ReportSummary, ...]
    people: tuple[CasePerson, ...]
    timeline: tuple[Event, ...]
    formerly: tuple[UUID, ...] = ()  # ids that lead to this one
    counterparts: tuple[CaseCounterpart, ...] = ()  # beyond an institution's reach; else all is in reports


class PersonCase(Contract):
    """One case in which a person appears, and as what."""

    case_id: UUID
    offence_family: OffenceFamily
    first_date: Day | None  # of the case: the facts, else its first report
    roles: tuple[Role, ...]
    age_group: Golden[AgeGroup]
    minor: Golden[bool]
    relation: Golden[Relation]


class PersonDetail(Contract):
    id: UUID
    sex: Golden[Sex]
    nationality: Golden[str]
    cases: tuple[PersonCase, ...]
    mentions: tuple[MentionReference, ...]
    formerly: tuple[UUID, ...] = ()


class RecordMention(Contract):
    role: Role
    order: int
    person_id: UUID | None
    sex: Sex | None
    age_group: AgeGroup | None


class Counterpart(Contract):
    """The same case in another record: what INTERTRATA exists to answer."""

    feed: Feed
    number: str
    stage: Stage | None
    report_date: Day | None
    stamp: AwareDatetime
    cited_here: bool  # this record names it
    cites_this: bool


class RecordDetail(Contract):
    feed: Feed
    number: str
    stamp: AwareDatetime
    annulled: bool
    stage: Stage | None
    category: CallCategory | None
    offence_family: OffenceFamily | None
    report_date: Day | None
    facts_date: Day | None
    place: Place
    case_id: UUID | None
    mentions: tuple[RecordMention, ...]
    counterparts: tuple[Counterpart, ...]


class ChangeItem(Contract):
    position: int
    kind: str  # case, person, record
    event: str  # created, updated, merged, split, emptied
    entity_id: str
    at: AwareDatetime


class ChangePage(Contract):
    """``after`` is the position to ask from next time; it stands still when nothing is new."""

    items: tuple[ChangeItem, ...]
    after: int


class FeedAlert(Contract):
    code: str
    es: str
    en: str


class FeedHealth(Contract):
    """What is known of a feed's life. Shares are of the records received in the window."""

    feed: Feed
    records: int
    last_received_at: AwareDatetime | None
    last_stamp: AwareDatetime | None
    expected_cadence_days: float  # median days between deliveries that brought something new, or the duty
    silence_days: float | None
    window_days: int
    failed_batches: int  # deliveries of the window that could not be taken in
    last_failed_at: AwareDatetime | None
    received: int
    warning_share: float | None
    rejection_share: float | None
    usual_warning_share: float | None
    usual_rejection_share: float | None
    alerts: tuple[FeedAlert, ...] = ()
