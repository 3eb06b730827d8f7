"""The unified registry, read: cases, persons, records and their counterparts, changes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import feeds_of
from app.reconciliation.redirected import became
from app.registry.errors import (
    CaseNotFound,
    NumberAmbiguous,
    PeriodBackwards,
    PersonNotFound,
    RecordNotFound,
)
from app.registry.filters import CaseFilter
from app.registry.narrowing import of_department, of_feeds
from app.registry.repository import RegistryRepository
from app.registry.views import Pins, case_detail, person_detail, record_detail
from app.security.callers import BeyondReach
from app.security.reach import EVERYTHING, Reach
from schemas.identifiers import citation_key, natural_key
from schemas.pagination import Page
from schemas.registry import (
    CaseCounterpart,
    CaseDetail,
    CaseSummary,
    ChangeItem,
    ChangePage,
    PersonDetail,
    RecordDetail,
)
from schemas.vocabulary import Feed

ABSENT: Final = {"case": CaseNotFound, "person": PersonNotFound}


class RegistryService:
    def __init__(self, session: AsyncSession, reach: Reach = EVERYTHING) -> None:
        """``reach`` is that of the caller, whose session sees no more either."""
        self._repository = RegistryRepository(session)
        self._reach = reach

    async def cases(self, wanted: CaseFilter, after: int, limit: int) -> Page[CaseSummary]:
        """One page of cases in order of birth; the cursor is the number of the last one.

        Raises PeriodBackwards, BeyondReach for an institution.
        """
        if self._reach.kind == "feeds":
            raise BeyondReach  # its counts and dates come of every institution's records
        if wanted.since is not None and wanted.until is not None and wanted.until < wanted.since:
            raise PeriodBackwards
        if self._reach.department is not None:
            if wanted.department not in {None, self._reach.department}:
                return Page[CaseSummary](items=(), next=None)
            wanted = replace(wanted, department=self._reach.department)
        rows = await self._repository.cases(wanted, after, limit + 1)
        page = rows[:limit]
        more = str(page[-1]["number"]) if len(rows) > limit else None
        return Page[CaseSummary](items=tuple(_summary(row) for row in page), next=more)

    async def case(self, case_id: UUID) -> CaseDetail:
        """Raises EntityMoved where those of an id that ended are in one other, EntityGone where they are in
        several or in none, CaseNotFound."""
        await self.stands("case", case_id)
        reports = of_feeds(self._reach, await self._repository.reports(case_id))
        mentions = of_feeds(self._reach, await self._repository.mentions_of_case(case_id))
        persons = {row["person_id"] for row in mentions if row["person_id"] is not None}
        pins = Pins(
            await self._repository.pins_of_case(case_id), await self._repository.pins_of_persons(persons)
        )
        formerly = await self._repository.formerly("case", case_id)
        found = case_detail(case_id, reports, mentions, formerly, pins)
        return found.model_copy(update={"counterparts": await self._beyond(reports)})

    async def person(self, person_id: UUID) -> PersonDetail:
        """Their cases by the date of the facts, undated last. Raises as ``case``, or PersonNotFound."""
        await self.stands("person", person_id)
        mentions = of_feeds(self._reach, await self._repository.mentions_of_person(person_id))
        case_ids = {row["case_id"] for row in mentions if row["case_id"] is not None}
        cases = of_department(self._reach, await self._repository.cases_by_date(sorted(case_ids)))
        if not cases and self._reach.department is not None:
            raise PersonNotFound
        return person_detail(
            person_id,
            mentions,
            cases,
            await self._repository.formerly("person", person_id),
            Pins((), await self._repository.pins_of_persons([person_id])),
        )

    async def record(self, feed: Feed, number: str) -> RecordDetail:
        """What is held of one record, and the counterpart numbers and stages in the other institutions.

        The number may be written as others cite it. Raises RecordNotFound, NumberAmbiguous.
        """
        if self._reach.kind == "feeds" and feed not in self._reach.feeds:
            raise RecordNotFound
        row = await self._record(feed, number)
        mentions = await self._repository.mentions_of_record(row["record_id"])
        counterparts = await self._repository.counterparts(row["record_id"]) if row["case_id"] else ()
        return record_detail(row, mentions, counterparts)

    async def record_id(self, feed: Feed, number: str) -> int:
        """Row id of a record. Raises as ``record``."""
        return int((await self._record(feed, number))["record_id"])

    async def changes(self, after: int, limit: int) -> ChangePage:
        """Changes after a position, in order of commit; none is ever added behind a position once seen."""
        rows = await self._repository.changes(after, limit)
        items = tuple(ChangeItem.model_validate(dict(row)) for row in rows)
        return ChangePage(items=items, after=items[-1].position if items else after)

    async def _record(self, feed: Feed, number: str) -> RowMapping:
        found = await self._repository.record(feed.value, natural_key(feed, number))
        if found:
            return found[0]
        cited = citation_key(feed, number)
        found = await self._repository.records_cited_as(feed.value, cited) if cited is not None else ()
        if not found:
            raise RecordNotFound
        if len(found) > 1:
            raise NumberAmbiguous(tuple(row["number"] for row in found))
        return found[0]

    async def _beyond(self, reports: Sequence[RowMapping]) -> tuple[CaseCounterpart, ...]:
        """Of the records of the case that an institution does not reach: number and stage."""
        if self._reach.kind != "feeds" or not reports:
            return ()
        rows = await self._repository.counterparts(reports[0]["record_id"])
        return tuple(
            CaseCounterpart(feed=row["feed"], number=row["number"], stage=row["stage"])
            for row in rows
            if row["feed"] not in self._reach.feeds
        )

    async def _in_department(self, case_id: UUID) -> None:
        if self._reach.department is None:
            return
        if not of_department(self._reach, await self._repository.cases_by_date([case_id])):
            raise CaseNotFound

    async def stands(self, kind: str, entity_id: UUID) -> None:
        """Return when the id stands for something in reach today; else say what became of it."""
        if await self._repository.stands(kind, entity_id):
            if kind == "case":
                await self._in_department(entity_id)
            return
        successors = await self._repository.became(kind, entity_id)
        if successors is None:
            raise ABSENT[kind]
        raise became(kind, successors)


def _summary(row: RowMapping) -> CaseSummary:
    fields = {name: row[name] for name in CaseSummary.model_fields if name != "feeds"}
    return CaseSummary.model_validate({**fields, "feeds": feeds_of(row["feeds"])})
