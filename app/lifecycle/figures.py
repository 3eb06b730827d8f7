"""What the statistics would publish over another partition: counted by their own statements, over temporary
tables that stand before the registry's in this transaction and are gone with it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.raw import raw_connection
from app.db.engine import WriteSession
from app.reconciliation import person_projection, projection
from app.reconciliation.neighbourhood import Kind
from app.statistics.service import StatisticsService
from schemas.statistics import Overview

Partition = Mapping[Kind, Mapping[int, UUID]]
Figures = Callable[[AsyncSession], Awaitable[Mapping[str, int]]]
"""Named counts of what is published. Later releases add theirs."""

_TABLES: Final = ("case_member", "person_member", "case_entity", "person_entity", "person_case")
_YEARS: Final = (
    "SELECT DISTINCT extract(year FROM report_date)::int FROM report WHERE report_date IS NOT NULL"
)
_DEPARTMENTS: Final = """
SELECT offence_family, coalesce(department, '--') AS department,
       coalesce(extract(year FROM first_date)::int::text, '--') AS year,
       count(*) AS cases, sum(victims) AS victimisations, sum(suspects) AS suspects
FROM case_entity GROUP BY 1, 2, 3
"""


async def over(session: WriteSession, partition: Partition, figures: Sequence[Figures]) -> dict[str, int]:
    """The figures as they were if that partition stood. The session's transaction sees it from now on."""
    connection = await raw_connection(session)
    for table in _TABLES:
        await connection.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        await connection.execute(
            f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"
        )
    await connection.execute("DISCARD PLANS")  # of statements that were prepared on the registry's tables
    cases, persons = partition["case"], partition["person"]
    await connection.copy_records_to_table("case_member", records=sorted(cases.items()))
    await connection.copy_records_to_table("person_member", records=sorted(persons.items()))
    everybody = sorted(set(persons.values()))
    people = [(person,) for person in everybody]
    await connection.copy_records_to_table("person_entity", columns=["id"], records=people)
    await connection.execute("ANALYZE case_member, person_member")
    await connection.execute(projection.REFRESH_MANY_CASES, sorted(set(cases.values())))
    await connection.execute(person_projection.REFRESH_MANY_PERSONS, [], everybody, [])
    found: dict[str, int] = {}
    for each in figures:
        found |= await each(session)
    return found


async def first_statistics(session: AsyncSession) -> dict[str, int]:
    """The overview without bounds and of every year; cases and people by family, department and year."""
    statistics = StatisticsService(session)
    found = dict(_flat("all", await statistics.overview(None, None)))
    for (year,) in await session.execute(text(_YEARS)):
        found |= dict(_flat(str(year), await statistics.overview(date(year, 1, 1), date(year, 12, 31))))
    for row in (await session.execute(text(_DEPARTMENTS))).mappings():
        name = f"{row['offence_family']}|{row['department']}|{row['year']}"
        for unit in ("cases", "victimisations", "suspects"):
            found[f"{name}|{unit}"] = int(row[unit])
    return found


def _flat(period: str, overview: Overview) -> Iterator[tuple[str, int]]:
    for family in overview.families:
        values: dict[str, Any] = family.reconciled.model_dump()
        by_feeds = values.pop("victims_by_feeds")
        for unit, count in (*values.items(), *((f"victims/{bits}", n) for bits, n in by_feeds.items())):
            yield f"{family.offence_family.value}|overview|{period}|{unit}", count
        for feed in family.feeds:
            for unit in ("victims", "suspects", "convicted"):
                if unit not in feed.not_available:
                    name = f"{family.offence_family.value}|overview|{period}|{feed.feed.value}/{unit}"
                    yield name, getattr(feed, unit)
