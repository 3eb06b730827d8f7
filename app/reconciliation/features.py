"""What matching compares: compact, derived once per record version, never a raw name more than needed.

Pure. ``report_features`` is the only maker; ``encode``/``decode`` carry a mention's features through the
sealed column, ``encode_report``/``decode_report`` those of a record (its mentions travel apart).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from sys import intern
from typing import Any, Final

import orjson

from app.reconciliation.districts import departments_of
from app.reconciliation.names import (
    fold,
    given_words,
    initials_of,
    name_stems,
    surname_core,
    surnames,
)
from app.reconciliation.phonetic import sound
from schemas.identifiers import document_core
from schemas.observations import Document, Identity, Mention, Observation
from schemas.vocabulary import CitationRelation, Feed, PartyKind, Role

# Of what is derived here. Who changes it raises it by one: held records are then read anew (``intertrata
# reindex``). The keys made of it have a version of their own (``blocking.VERSION``), for they are made anew
# from what is kept. ``decode`` reads what was kept before: fields are only appended.
VERSION: Final = 2

RESOLVED_ROLES = frozenset({Role.VICTIM, Role.SUSPECT})
_YEAR = 365.25
_COURT_LAG = 3 * 366  # days before its entry in court that the facts of a file may lie, where it does not say
_AGE_SLACK = 2  # years, either side, of an age that the source calls approximate


@dataclass(slots=True)
class MentionFeatures:
    """One victim or suspect. Text is folded A-Z; None or () is unknown, which is no evidence."""

    role: str  # schemas.vocabulary.Role: victim or suspect
    order: int
    paternal: str | None = None
    maternal: str | None = None
    given: tuple[str, ...] = ()
    paternal_sound: str | None = None
    maternal_sound: str | None = None
    given_sound: str | None = None  # of the first given name
    stems: tuple[str, ...] = ()  # given names of two letters or more and what they may be short for
    initials: tuple[str, ...] = ()  # as stated, or every reading of the full name
    initials_only: bool = False  # stated, and no name beside them
    protected_key: str | None = None  # local to its carpeta: evidence inside one case only
    document_type: str | None = None
    document: str | None = None  # as ``identifiers.document_core`` has it
    birth: str | None = None  # ISO date
    birth_lo: int | None = None  # ordinal days; equal to birth_hi where the date is known
    birth_hi: int | None = None
    sex: str | None = None
    nationality: str | None = None
    alias: str | None = None

    @property
    def first(self) -> str | None:
        return self.given[0] if self.given else None

    @property
    def second(self) -> str | None:
        return self.given[1] if len(self.given) > 1 else None

    @property
    def head(self) -> str | None:
        """First letter of the given name, or of stated initials."""
        if self.given:
            return self.given[0][0]
        return self.initials[0][0] if self.initials else None

    @property
    def nameable(self) -> bool:
        """False for NN, alias only: nobody whom the machine may link to anybody."""
        return bool(self.given or self.paternal or self.maternal or self.initials or self.document)


@dataclass(slots=True)
class ReportFeatures:
    """One record's view of a case. Dates are ordinal days."""

    feed: str
    key: str  # natural key within the feed: ties are broken by (feed, key), never by arrival
    citation_key: str
    makes_case: bool
    joins_case: bool
    cited: tuple[tuple[str, str], ...] = ()  # (feed, key) of counterparts, canonical
    first_call: str | None = None  # key of the call that this one follows up or repeats
    facts_date: int | None = None
    report_date: int | None = None
    department: str | None = None
    province: str | None = None
    district: str | None = None
    office_departments: tuple[str, ...] = ()
    family: str | None = None
    mentions: tuple[MentionFeatures, ...] = ()
    record_id: int = 0  # set by who loads it; no part of the evidence

    @property
    def name(self) -> tuple[str, str]:
        return (self.feed, self.key)

    @property
    def departments(self) -> tuple[str, ...]:
        """Where the facts were; where the record does not say it, where the office is."""
        return (self.department,) if self.department else self.office_departments

    def count(self, role: str) -> int:
        """How many persons of that role the record names."""
        return sum(mention.role == role for mention in self.mentions)


def report_features(observation: Observation, record_id: int = 0) -> ReportFeatures:
    """Everything matching needs of one observation; mentions are its natural victims and suspects, in
    order."""
    place = observation.place
    return ReportFeatures(
        feed=observation.feed.value,
        key=observation.key,
        citation_key=observation.citation_key,
        makes_case=observation.makes_case,
        joins_case=observation.joins_case,
        cited=_cited(observation, CitationRelation.COUNTERPART),
        first_call=next((key for _, key in _cited(observation, CitationRelation.FIRST_CALL)), None),
        facts_date=_ordinal(observation.facts_date),
        report_date=_ordinal(observation.report_date),
        department=place.department,
        province=place.province,
        district=place.district,
        office_departments=departments_of(observation.office_district),
        family=observation.offence.family.value if observation.offence else None,
        mentions=tuple(_mention(m, observation) for m in observation.mentions if is_resolved(m)),
        record_id=record_id,
    )


def is_resolved(mention: Mention) -> bool:
    """Only natural victims and suspects are resolved to persons."""
    return mention.kind is PartyKind.NATURAL and mention.role in RESOLVED_ROLES


def _cited(observation: Observation, relation: CitationRelation) -> tuple[tuple[str, str], ...]:
    found = {(c.feed.value, c.key) for c in observation.citations if c.relation is relation and c.key}
    return tuple(sorted(found))


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day else None


def _mention(mention: Mention, observation: Observation) -> MentionFeatures:
    identity = mention.identity
    both = surnames(identity.paternal, identity.maternal)
    given = given_words(identity.given) if identity.given else ()
    named = bool(given or both.paternal or both.maternal)
    document_type, document = _document(identity.document)
    low, high = _birth_interval(mention, observation)
    return MentionFeatures(
        role=mention.role.value,
        order=mention.order,
        paternal=both.paternal,
        maternal=both.maternal,
        given=given,
        paternal_sound=_core_sound(both.paternal),
        maternal_sound=_core_sound(both.maternal),
        given_sound=sound(given[0]) if given else None,
        stems=tuple(sorted({stem for word in given if len(word) > 1 for stem in name_stems(word)})),
        initials=_initials(identity, given, both.paternal, both.maternal, named),
        initials_only=bool(identity.initials) and not named,
        protected_key=identity.protected_key,
        document_type=document_type,
        document=document,
        birth=identity.birth_date.isoformat() if identity.birth_date else None,
        birth_lo=low,
        birth_hi=high,
        sex=mention.sex.value if mention.sex else None,
        nationality=mention.nationality,
        alias=fold(identity.alias) or None if identity.alias else None,
    )


def _core_sound(surname: str | None) -> str | None:
    return sound(surname_core(surname)) if surname else None


def _initials(
    identity: Identity, given: tuple[str, ...], paternal: str | None, maternal: str | None, named: bool
) -> tuple[str, ...]:
    if named:
        return initials_of(given, paternal, maternal)
    return (identity.initials,) if identity.initials and len(identity.initials) > 1 else ()


def _document(document: Document | None) -> tuple[str | None, str | None]:
    if document is None:
        return None, None
    return document.type.value, document_core(document.type, document.number)


def _birth_interval(mention: Mention, observation: Observation) -> tuple[int | None, int | None]:
    """Days on which the person can have been born.

    An age may have been taken at any time from the facts to the report; a court file does not tell when
    the facts were.
    """
    if mention.identity.birth_date:
        day = mention.identity.birth_date.toordinal()
        return day, day
    youngest, oldest = mention.age_min, mention.age_max
    latest = _ordinal(observation.report_date) or _ordinal(observation.facts_date)
    if latest is None or (youngest is None and oldest is None):
        return None, None
    slack = _AGE_SLACK if mention.age_approximate and youngest == oldest else 0
    lag = _COURT_LAG if observation.feed is Feed.PODER_JUDICIAL else 0
    earliest = min(_ordinal(observation.facts_date) or latest - lag, latest)
    low_age = youngest if youngest is not None else oldest
    high_age = oldest if oldest is not None else youngest
    assert low_age is not None and high_age is not None  # noqa: PT018  one of the two was given
    return (
        int(earliest - (high_age + slack + 1) * _YEAR),
        int(latest - max(low_age - slack, 0) * _YEAR),
    )


_MENTION_FIELDS = tuple(f.name for f in fields(MentionFeatures))
_REPORT_FIELDS = tuple(f.name for f in fields(ReportFeatures) if f.name not in ("mentions", "record_id"))


_TUPLES = tuple(map(_MENTION_FIELDS.index, ("given", "stems", "initials")))
# What many mentions have in common is held once: a hundred thousand of them at a time are no rarity.
_WORDS = tuple(
    map(
        _MENTION_FIELDS.index,
        (
            "role",
            "paternal",
            "maternal",
            "paternal_sound",
            "maternal_sound",
            "given_sound",
            "document_type",
            "sex",
            "nationality",
        ),
    )
)


def encode(mention: MentionFeatures) -> bytes:
    return orjson.dumps([getattr(mention, name) for name in _MENTION_FIELDS])


def decode(data: bytes) -> MentionFeatures:
    """The inverse of ``encode``; ValueError where the bytes are none of ours."""
    row: list[Any] = orjson.loads(data)
    for place in _TUPLES:
        row[place] = tuple(map(intern, row[place]))
    for place in _WORDS:
        if (word := row[place]) is not None:
            row[place] = intern(word)
    return MentionFeatures(*row)


def encode_report(report: ReportFeatures) -> bytes:
    """Without mentions and record id."""
    return orjson.dumps([getattr(report, name) for name in _REPORT_FIELDS])


def decode_report(
    data: bytes, mentions: Sequence[MentionFeatures] = (), record_id: int = 0
) -> ReportFeatures:
    row: list[Any] = orjson.loads(data)
    values = dict(zip(_REPORT_FIELDS, row, strict=True))
    values["cited"] = tuple((feed, key) for feed, key in values["cited"])
    values["office_departments"] = tuple(values["office_departments"])
    return ReportFeatures(**values, mentions=tuple(mentions), record_id=record_id)


def with_mentions(report: ReportFeatures, mentions: Sequence[MentionFeatures]) -> ReportFeatures:
    """The same record with its mentions in their stable order."""
    return replace(report, mentions=tuple(sorted(mentions, key=lambda m: (m.role, m.order))))
