"""From rows to answers: what is told of a case, a person and a record, and on whose word. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from app.registry import survivorship
from app.registry.ages import age_group, is_minor
from app.registry.pins.holding import Holding, of_case, of_person, pinned, place_of
from app.registry.survivorship import RULES, Pinned, Statement
from app.registry.timeline import Care, ReportFacts, timeline
from schemas.observations import Place, Ruling
from schemas.registry import (
    AgeGroup,
    CaseAttributes,
    CaseDetail,
    CasePerson,
    Counterpart,
    Event,
    Golden,
    MentionReference,
    PersonCase,
    PersonDetail,
    RecordDetail,
    RecordMention,
    ReportSummary,
    Source,
    Stated,
)
from schemas.vocabulary import CallCategory, Feed, OffenceFamily, Relation, Role, Sex, Stage

E = TypeVar("E", bound=StrEnum)


class Row(Protocol):
    """One row of the repository, by name of column."""

    def __getitem__(self, name: str, /) -> Any: ...


Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Pins:
    """Standing pins, of records and of mentions."""

    case: Rows = ()
    person: Rows = ()


def case_detail(
    case_id: UUID, reports: Rows, mentions: Rows, formerly: Iterable[UUID], pins: Pins = Pins()
) -> CaseDetail:
    return CaseDetail(
        id=case_id,
        attributes=_attributes(reports, of_case(pins.case, reports)),
        stages=_stages(reports),
        reports=tuple(_report(row) for row in reports),
        people=_people(mentions, case_id, pins),
        timeline=_timeline(reports, mentions),
        formerly=tuple(formerly),
    )


def person_detail(
    person_id: UUID, mentions: Rows, cases: Rows, formerly: Iterable[UUID], pins: Pins = Pins()
) -> PersonDetail:
    """``cases`` in the order in which they are told; ``mentions`` of the person in all of them."""
    by_case: dict[UUID | None, list[Row]] = defaultdict(list)
    for row in mentions:
        by_case[row["case_id"]].append(row)
    held = of_person(pins.person, person_id, None)
    return PersonDetail(
        id=person_id,
        sex=_sex(mentions, held),
        nationality=_nationality(mentions, held),
        cases=tuple(
            _person_case(case, by_case[case["id"]], of_person(pins.person, person_id, case["id"]))
            for case in cases
        ),
        mentions=tuple(_reference(row) for row in mentions),
        formerly=tuple(formerly),
    )


def record_detail(row: Row, mentions: Rows, counterparts: Rows) -> RecordDetail:
    named = {"place", "mentions", "counterparts"}
    return RecordDetail.model_validate(
        {
            **{name: row[name] for name in RecordDetail.model_fields if name not in named},
            "place": _place(row),
            "mentions": tuple(_record_mention(mention) for mention in mentions),
            "counterparts": tuple(_counterpart(item) for item in counterparts),
        }
    )


def _counterpart(row: Row) -> Counterpart:
    return Counterpart.model_validate({name: row[name] for name in Counterpart.model_fields})


def _source(row: Row) -> Source:
    return Source(feed=Feed(row["feed"]), number=row["number"], stamp=row["stamp"])


def _place(row: Row) -> Place:
    return Place(department=row["department"], province=row["province"], district=row["district"])


def _anything(_value: object) -> bool:
    return True


def _word(
    rows: Rows,
    attribute: str,
    fits: Callable[[str], bool] = _anything,
    pin: Pinned[str] | None = None,
) -> Golden[str]:
    statements = (Statement(row[attribute], _source(row)) for row in rows)
    return survivorship.golden(RULES[attribute], statements, fits, pin)


def _coded(rows: Rows, attribute: str, code: type[E], held: Holding) -> Golden[E]:
    """Of an attribute whose values are the codes of a list."""
    statements = (Statement(code(row[attribute]) if row[attribute] else None, _source(row)) for row in rows)
    return survivorship.golden(RULES[attribute], statements, pinned=pinned(held, attribute, code))


def _within(rows: Rows, attribute: str, wider: Golden[str], pin: Pinned[str] | None) -> Golden[str]:
    """A place inside the one that survived: codes of INEI begin with that of the wider place."""
    return _word(rows, attribute, lambda code: wider.value is not None and code.startswith(wider.value), pin)


def _words(rows: Rows, attribute: str) -> tuple[Stated[str], ...]:
    return survivorship.union(Statement(tuple(row[attribute]), _source(row)) for row in rows)


def _attributes(reports: Rows, held: Holding) -> CaseAttributes:
    family = _coded(reports, "offence_family", OffenceFamily, held)
    of_family = {row["offence_code"] for row in reports if row["offence_family"] == family.value}
    days = (Statement(row["facts_date"], _source(row)) for row in reports)
    department = _word(reports, "department", pin=place_of(held, 2))
    province = _within(reports, "province", department, place_of(held, 4))
    return CaseAttributes(
        offence_family=family,
        offence_code=_word(reports, "offence_code", lambda code: code in of_family),
        facts_date=survivorship.golden(
            RULES["facts_date"], days, pinned=pinned(held, "facts_date", date.fromisoformat)
        ),
        department=department,
        province=province,
        district=_within(reports, "district", province, place_of(held, 6)),
        exploitation_place=_word(reports, "exploitation_place", pin=pinned(held, "exploitation_place", str)),
        stage=_coded(reports, "stage", Stage, held),
        purposes=_words(reports, "purposes"),
        recruitment=_words(reports, "recruitment"),
    )


def _stages(reports: Rows) -> dict[Feed, tuple[Stage, ...]]:
    found: dict[Feed, list[Stage]] = defaultdict(list)
    for row in reports:
        if row["stage"] is not None:
            found[Feed(row["feed"])].append(Stage(row["stage"]))
    return {feed: tuple(stages) for feed, stages in found.items()}


def _report(row: Row) -> ReportSummary:
    fields = {name: row[name] for name in ReportSummary.model_fields if name != "place"}
    return ReportSummary.model_validate({**fields, "place": _place(row)})


def _timeline(reports: Rows, mentions: Rows) -> tuple[Event, ...]:
    suspects = {
        (row["feed"], row["number"], row["order"]): row["person_id"]
        for row in mentions
        if row["role"] == Role.SUSPECT and row["person_id"] is not None
    }
    return timeline((_facts(row) for row in reports), _care(mentions), suspects)


def _facts(row: Row) -> ReportFacts:
    return ReportFacts(
        source=_source(row),
        category=CallCategory(row["category"]) if row["category"] else None,
        report_date=row["report_date"],
        referred_at=row["referred_at"],
        office=row["office"],
        rulings=tuple(Ruling.model_validate(ruling) for ruling in row["rulings"]),
    )


def _care(mentions: Rows) -> Iterable[Care]:
    for row in mentions:
        if row["person_id"] is not None:
            for kind, column in (("protection_measure", "measures"), ("service", "services")):
                for item in row[column]:
                    yield Care(kind, _source(row), row["person_id"], item)


def _reference(row: Row) -> MentionReference:
    return MentionReference(
        feed=Feed(row["feed"]), number=row["number"], role=Role(row["role"]), order=row["order"]
    )


def _sex(mentions: Rows, held: Holding) -> Golden[Sex]:
    return _coded(mentions, "sex", Sex, held)


def _nationality(mentions: Rows, held: Holding) -> Golden[str]:
    return _word(mentions, "nationality", pin=pinned(held, "nationality", str))


def _age_group(mentions: Rows, held: Holding) -> Golden[AgeGroup]:
    statements = (Statement(age_group(row["age_min"], row["age_max"]), _source(row)) for row in mentions)
    return survivorship.golden(RULES["age_group"], statements, pinned=pinned(held, "age_group", AgeGroup))


def _minor(mentions: Rows, held: Holding) -> Golden[bool]:
    statements = (Statement(is_minor(row["age_min"], row["age_max"]), _source(row)) for row in mentions)
    return survivorship.golden(
        RULES["minor"], statements, pinned=pinned(held, "age_group", lambda group: AgeGroup(group).minor)
    )


def _roles(mentions: Rows) -> tuple[Role, ...]:
    held = {row["role"] for row in mentions}
    return tuple(role for role in (Role.VICTIM, Role.SUSPECT) if role in held)


def _people(mentions: Rows, case_id: UUID, pins: Pins) -> tuple[CasePerson, ...]:
    by_person: dict[UUID, list[Row]] = defaultdict(list)
    for row in mentions:
        if row["person_id"] is not None:
            by_person[row["person_id"]].append(row)
    return tuple(
        _case_person(person_id, rows, of_person(pins.person, person_id, case_id))
        for person_id, rows in by_person.items()
    )


def _case_person(person_id: UUID, rows: Rows, held: Holding) -> CasePerson:
    return CasePerson(
        id=person_id,
        roles=_roles(rows),
        sex=_sex(rows, held),
        nationality=_nationality(rows, held),
        age_group=_age_group(rows, held),
        minor=_minor(rows, held),
        relation=_coded(rows, "relation", Relation, held),
        mentions=tuple(_reference(row) for row in rows),
    )


def _person_case(case: Row, rows: Rows, held: Holding) -> PersonCase:
    return PersonCase(
        case_id=case["id"],
        offence_family=case["offence_family"],
        first_date=case["first_date"],
        roles=_roles(rows),
        age_group=_age_group(rows, held),
        minor=_minor(rows, held),
        relation=_coded(rows, "relation", Relation, held),
    )


def _record_mention(row: Row) -> RecordMention:
    return RecordMention(
        role=row["role"],
        order=row["order"],
        person_id=row["person_id"],
        sex=row["sex"],
        age_group=age_group(row["age_min"], row["age_max"]),
    )
