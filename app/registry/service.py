"""The unified registry, read: cases, persons, records and their counterparts, changes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import feeds_of
from app.registry import survivorship
from app.registry.errors import CaseNotFound, EntityGone, EntityMoved, PersonNotFound, RecordNotFound
from app.registry.filters import CaseFilter
from app.registry.repository import RegistryRepository
from app.registry.survivorship import RULES, Statement
from app.registry.timeline import Care, ReportFacts, timeline
from schemas.identifiers import natural_key
from schemas.observations import Place, Ruling
from schemas.pagination import Page
from schemas.registry import (
    CaseAttributes,
    CaseDetail,
    CasePerson,
    CaseSummary,
    ChangeItem,
    ChangePage,
    Counterpart,
    Golden,
    MentionReference,
    PersonCase,
    PersonDetail,
    RecordDetail,
    RecordMention,
    ReportSummary,
    Source,
)
from schemas.vocabulary import CallCategory, Feed, OffenceFamily, Role, Sex, Stage

ADULT_AGE = 18  # years; NNA are under 18 at the time of the facts
ABSENT = {"case": CaseNotFound, "person": PersonNotFound}


class RegistryService:
    def __init__(self, session: AsyncSession) -> None:
        self._repository = RegistryRepository(session)

    async def cases(self, wanted: CaseFilter, after: int, limit: int) -> Page[CaseSummary]:
        """One page of cases in order of birth; the cursor is the number of the last one."""
        rows = await self._repository.cases(wanted, after, limit + 1)
        page = rows[:limit]
        more = str(page[-1]["number"]) if len(rows) > limit else None
        return Page[CaseSummary](items=tuple(_summary(row) for row in page), next=more)

    async def case(self, case_id: UUID) -> CaseDetail:
        """Raises EntityMoved for an id merged into another, EntityGone for one left empty, CaseNotFound."""
        await self._stand("case", case_id)
        reports = await self._repository.reports(case_id)
        mentions = await self._repository.mentions_of_case(case_id)
        parties = {
            (row["feed"], row["number"], row["order"]): row["person_id"]
            for row in mentions
            if row["role"] == Role.SUSPECT and row["person_id"] is not None
        }
        return CaseDetail(
            id=case_id,
            attributes=_attributes(reports),
            stages=_stages(reports),
            reports=tuple(_report(row) for row in reports),
            people=_people(mentions),
            timeline=timeline((_facts(row) for row in reports), _care(mentions), parties),
            formerly=tuple(await self._repository.merged_into("case", case_id)),
        )

    async def person(self, person_id: UUID) -> PersonDetail:
        await self._stand("person", person_id)
        mentions = await self._repository.mentions_of_person(person_id)
        by_case: dict[UUID, list[RowMapping]] = defaultdict(list)
        for row in mentions:
            if row["case_id"] is not None:
                by_case[row["case_id"]].append(row)
        families = await self._repository.families(list(by_case))
        return PersonDetail(
            id=person_id,
            sex=_sex(mentions),
            nationality=_nationality(mentions),
            cases=tuple(
                _person_case(case_id, families[case_id], by_case[case_id]) for case_id in sorted(by_case)
            ),
            mentions=tuple(_reference(row) for row in mentions),
            formerly=tuple(await self._repository.merged_into("person", person_id)),
        )

    async def record(self, feed: Feed, number: str) -> RecordDetail:
        """What is held of one record, and the counterpart numbers and stages in the other institutions."""
        row = await self._repository.record(feed.value, natural_key(feed, number))
        if row is None:
            raise RecordNotFound
        mentions = await self._repository.mentions_of_record(row["record_id"])
        counterparts = await self._repository.counterparts(row) if row["case_id"] else ()
        return RecordDetail(
            feed=feed,
            number=row["number"],
            stamp=row["stamp"],
            annulled=row["annulled"],
            stage=row["stage"],
            category=row["category"],
            offence_family=row["offence_family"],
            report_date=row["report_date"],
            facts_date=row["facts_date"],
            place=_place(row),
            case_id=row["case_id"],
            mentions=tuple(_record_mention(mention) for mention in mentions),
            counterparts=tuple(Counterpart.model_validate(dict(item)) for item in counterparts),
        )

    async def changes(self, after: int, limit: int) -> ChangePage:
        """Changes after a position, in order of commit; none is ever added behind a position once seen."""
        rows = await self._repository.changes(after, limit)
        items = tuple(ChangeItem.model_validate(dict(row)) for row in rows)
        return ChangePage(items=items, after=items[-1].position if items else after)

    async def _stand(self, kind: str, entity_id: UUID) -> None:
        """Return when the id stands for something today; else say what became of it."""
        if await self._repository.entity(kind, entity_id) is not None:
            return
        became = await self._repository.redirects_from(kind, entity_id)
        if not became:
            raise ABSENT[kind]
        if became[0]["event"] == "merged":
            raise EntityMoved(kind, became[0]["to_id"])
        raise EntityGone(tuple(row["to_id"] for row in became if row["to_id"] is not None))


def _summary(row: RowMapping) -> CaseSummary:
    fields = {name: row[name] for name in CaseSummary.model_fields if name != "feeds"}
    return CaseSummary.model_validate({**fields, "feeds": feeds_of(row["feeds"])})


def _source(row: RowMapping) -> Source:
    return Source(feed=Feed(row["feed"]), number=row["number"], stamp=row["stamp"])


def _place(row: RowMapping) -> Place:
    return Place(department=row["department"], province=row["province"], district=row["district"])


def _golden(rows: Sequence[RowMapping], attribute: str) -> Golden[Any]:
    statements = (Statement(row[attribute], _source(row)) for row in rows)
    return survivorship.golden(RULES[attribute], statements)


def _attributes(reports: Sequence[RowMapping]) -> CaseAttributes:
    families = (
        Statement(OffenceFamily(row["offence_family"]) if row["offence_family"] else None, _source(row))
        for row in reports
    )
    single = ("offence_code", "facts_date", "department", "province", "district", "exploitation_place")
    several = ("purposes", "recruitment")
    return CaseAttributes.model_validate(
        {
            "offence_family": survivorship.golden(RULES["offence_family"], families).model_dump(),
            **{name: _golden(reports, name).model_dump() for name in single},
            **{
                name: [
                    stated.model_dump()
                    for stated in survivorship.union(
                        Statement(tuple(row[name]), _source(row)) for row in reports
                    )
                ]
                for name in several
            },
        }
    )


def _stages(reports: Iterable[RowMapping]) -> dict[Feed, tuple[Stage, ...]]:
    found: dict[Feed, list[Stage]] = defaultdict(list)
    for row in reports:
        if row["stage"] is not None:
            found[Feed(row["feed"])].append(Stage(row["stage"]))
    return {feed: tuple(stages) for feed, stages in found.items()}


def _report(row: RowMapping) -> ReportSummary:
    fields = {name: row[name] for name in ReportSummary.model_fields if name != "place"}
    return ReportSummary.model_validate({**fields, "place": _place(row)})


def _facts(row: RowMapping) -> ReportFacts:
    return ReportFacts(
        source=_source(row),
        category=CallCategory(row["category"]) if row["category"] else None,
        report_date=row["report_date"],
        referred_at=row["referred_at"],
        referred_to=row["referred_to"],
        office=row["office"],
        rulings=tuple(Ruling.model_validate(ruling) for ruling in row["rulings"]),
    )


def _care(mentions: Iterable[RowMapping]) -> Iterable[Care]:
    for row in mentions:
        if row["person_id"] is not None:
            for kind, column in (("protection_measure", "measures"), ("service", "services")):
                for item in row[column]:
                    yield Care(kind, _source(row), row["person_id"], item)


def _reference(row: RowMapping) -> MentionReference:
    return MentionReference(
        feed=Feed(row["feed"]), number=row["number"], role=Role(row["role"]), order=row["order"]
    )


def _sex(mentions: Iterable[RowMapping]) -> Golden[Sex]:
    statements = (Statement(Sex(row["sex"]) if row["sex"] else None, _source(row)) for row in mentions)
    return survivorship.golden(RULES["sex"], statements)


def _nationality(mentions: Iterable[RowMapping]) -> Golden[str]:
    return survivorship.golden(
        RULES["nationality"], (Statement(row["nationality"], _source(row)) for row in mentions)
    )


def _roles(mentions: Iterable[RowMapping]) -> tuple[Role, ...]:
    held = {row["role"] for row in mentions}
    return tuple(role for role in (Role.VICTIM, Role.SUSPECT) if role in held)


def _ages(mentions: Sequence[RowMapping]) -> tuple[int | None, int | None, bool | None]:
    """Age in years at the facts: the narrowest range stated, and whether it is under 18 (None: unknown)."""
    stated = [(row["age_min"], row["age_max"]) for row in mentions if row["age_min"] is not None]
    if not stated:
        return None, None, None
    low, high = min(stated, key=lambda ages: (ages[1] - ages[0], ages))
    minor = True if high < ADULT_AGE else False if low >= ADULT_AGE else None
    return low, high, minor


def _people(mentions: Sequence[RowMapping]) -> tuple[CasePerson, ...]:
    by_person: dict[UUID, list[RowMapping]] = defaultdict(list)
    for row in mentions:
        if row["person_id"] is not None:
            by_person[row["person_id"]].append(row)
    return tuple(_case_person(person_id, rows) for person_id, rows in by_person.items())


def _case_person(person_id: UUID, rows: Sequence[RowMapping]) -> CasePerson:
    low, high, minor = _ages(rows)
    return CasePerson(
        id=person_id,
        roles=_roles(rows),
        sex=_sex(rows),
        nationality=_nationality(rows),
        age_min=low,
        age_max=high,
        minor=minor,
        mentions=tuple(_reference(row) for row in rows),
    )


def _person_case(case_id: UUID, family: str, rows: Sequence[RowMapping]) -> PersonCase:
    low, high, minor = _ages(rows)
    return PersonCase(
        case_id=case_id,
        offence_family=OffenceFamily(family),
        roles=_roles(rows),
        age_min=low,
        age_max=high,
        minor=minor,
    )


def _record_mention(row: RowMapping) -> RecordMention:
    return RecordMention.model_validate({name: row[name] for name in RecordMention.model_fields})
