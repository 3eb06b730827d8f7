"""Reads of the registry. Rows in, rows out; meaning is given by the service."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_BITS
from app.reconciliation import redirected
from app.registry.filters import CaseFilter

# No column of free text but the office's name: narratives, labels and referrals stay where they are.
_REPORT = """r.record_id, r.feed, r.number, r.citation_key, r.stamp, r.annulled, r.category, r.stage,
  r.offence_family, r.offence_code, r.facts_date, r.report_date, r.referred_at, r.office, r.office_district,
  r.department, r.province, r.district, r.exploitation_place, r.purposes, r.recruitment, r.rulings, m.case_id
FROM report r"""
REPORTS = f"""
SELECT {_REPORT} JOIN case_member m USING (record_id)
WHERE m.case_id = :case_id AND NOT r.annulled ORDER BY r.feed, r.number
"""
MENTIONS = """
SELECT n.record_id, n.role, n."order", n.sex, n.age_min, n.age_max, n.nationality, n.relation,
       n.measures, n.services, p.person_id, r.feed, r.number, r.stamp, c.case_id
FROM mention n
JOIN report r USING (record_id)
LEFT JOIN person_member p ON p.mention_id = n.id
LEFT JOIN case_member c USING (record_id)
WHERE {where} AND n.present AND NOT r.annulled AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
ORDER BY r.feed, r.number, n.role DESC, n."order"
"""
RECORD = f"""
SELECT {_REPORT} JOIN record d ON d.id = r.record_id LEFT JOIN case_member m USING (record_id)
WHERE d.feed = :feed AND d.key = :key
"""
RECORDS_CITED_AS = f"""
SELECT {_REPORT} LEFT JOIN case_member m USING (record_id)
WHERE r.feed = :feed AND r.citation_key = :key ORDER BY r.number
"""
# A function of the migrations, since an institution's reach ends before the records of the others.
COUNTERPARTS = "SELECT * FROM counterparts_of(:record_id)"
# The standing pins: of each member and attribute the latest word, unless it withdraws.
CASE_PINS = """
SELECT * FROM (
  SELECT DISTINCT ON (n.member, n.attribute) n.id, n.member, n.attribute, n.act, n.value, n.made_at
  FROM case_member c JOIN pin n ON n.kind = 'case' AND n.member = c.record_id
  WHERE c.case_id = :case_id ORDER BY n.member, n.attribute, n.id DESC
) latest WHERE act = 'pinned'
"""
PERSON_PINS = """
SELECT latest.*, m.sex, m.nationality, m.age_min, m.age_max, m.relation, c.case_id FROM (
  SELECT DISTINCT ON (n.member, n.attribute) n.id, n.member, n.attribute, n.act, n.value, n.made_at,
         p.person_id
  FROM person_member p JOIN pin n ON n.kind = 'person' AND n.member = p.mention_id
  WHERE p.person_id = ANY(:ids) ORDER BY n.member, n.attribute, n.id DESC
) latest
JOIN mention m ON m.id = latest.member
LEFT JOIN case_member c USING (record_id)
WHERE act = 'pinned'
"""
ENTITY = {"case": "case_entity", "person": "person_entity"}


class RegistryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def cases(self, wanted: CaseFilter, after: int, limit: int) -> Sequence[RowMapping]:
        """Cases in order of birth, after number ``after``."""
        clauses, values = _clauses(wanted)
        statement = f"""SELECT * FROM case_entity WHERE number > :after {clauses}
            ORDER BY number LIMIT :limit"""
        return await self._rows(statement, after=after, limit=limit, **values)

    async def stands(self, kind: str, entity_id: UUID) -> bool:
        return bool(await self._rows(f"SELECT 1 FROM {ENTITY[kind]} WHERE id = :id", id=entity_id))

    async def reports(self, case_id: UUID) -> Sequence[RowMapping]:
        return await self._rows(REPORTS, case_id=case_id)

    async def mentions_of_case(self, case_id: UUID) -> Sequence[RowMapping]:
        return await self._rows(MENTIONS.format(where="c.case_id = :id"), id=case_id)

    async def pins_of_case(self, case_id: UUID) -> Sequence[RowMapping]:
        return await self._rows(CASE_PINS, case_id=case_id)

    async def pins_of_persons(self, person_ids: Iterable[UUID]) -> Sequence[RowMapping]:
        """With what each pin's mention says, and its case."""
        return await self._rows(PERSON_PINS, ids=sorted(set(person_ids)))

    async def mentions_of_person(self, person_id: UUID) -> Sequence[RowMapping]:
        return await self._rows(MENTIONS.format(where="p.person_id = :id"), id=person_id)

    async def mentions_of_record(self, record_id: int) -> Sequence[RowMapping]:
        return await self._rows(MENTIONS.format(where="n.record_id = :id"), id=record_id)

    async def cases_by_date(self, case_ids: Sequence[UUID]) -> Sequence[RowMapping]:
        return await self._rows(
            """SELECT id, offence_family, first_date, department FROM case_entity WHERE id = ANY(:ids)
            ORDER BY first_date NULLS LAST, number""",
            ids=list(case_ids),
        )

    async def record(self, feed: str, key: str) -> Sequence[RowMapping]:
        return await self._rows(RECORD, feed=feed, key=key)

    async def records_cited_as(self, feed: str, key: str) -> Sequence[RowMapping]:
        """Every record of the feed that a citation with this key may mean."""
        return await self._rows(RECORDS_CITED_AS, feed=feed, key=key)

    async def counterparts(self, record_id: int) -> Sequence[RowMapping]:
        """Of a record inside the reach: numbers and stages, whoever's they are."""
        return await self._rows(COUNTERPARTS, record_id=record_id)

    async def became(self, kind: str, entity_id: UUID) -> Sequence[UUID] | None:
        """Where those stand whom an id stood for at its end; None where there never was such an id."""
        row = (await self._rows(redirected.BECAME[kind], id=entity_id))[0]
        successors: Sequence[UUID] = row["successors"]
        return successors if successors or row["known"] else None

    async def formerly(self, kind: str, entity_id: UUID) -> list[UUID]:
        """Ids that lead to this one today."""
        return [row["id"] for row in await self._rows(redirected.FORMERLY[kind], id=entity_id)]

    async def changes(self, after: int, limit: int) -> Sequence[RowMapping]:
        return await self._rows(
            "SELECT * FROM change WHERE position > :after ORDER BY position LIMIT :limit",
            after=after,
            limit=limit,
        )

    async def _rows(self, statement: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), values)).mappings().all()


def _clauses(wanted: CaseFilter) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    equal = {"offence_family": wanted.offence, "department": wanted.department, "stage": wanted.stage}
    for column, value in equal.items():
        if value is not None:
            parts.append(f"{column} = :{column}")
            values[column] = value
    if wanted.feed is not None:
        parts.append("feeds & :feed <> 0")
        values["feed"] = FEED_BITS[wanted.feed]
    if wanted.since is not None:
        parts.append("first_date >= :since")
        values["since"] = wanted.since
    if wanted.until is not None:
        parts.append("first_date <= :until")
        values["until"] = wanted.until
    if wanted.several_feeds is not None:
        parts.append("(bit_count(feeds::int::bit(4)) > 1) = :several")
        values["several"] = wanted.several_feeds
    return "".join(f" AND {part}" for part in parts), values
