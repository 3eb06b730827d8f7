"""Counts over the registry, in one statement: what is read of reports and mentions is read once.

Figures count what is linked. Each is dated by its own event; ``undated`` are those without that date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_BITS
from app.statistics.counting import DERIVATION
from app.statistics.cube.repository import mark_of
from app.statistics.memory import Mark

_BIT = "CASE r.feed " + " ".join(f"WHEN '{feed}' THEN {bit}" for feed, bit in FEED_BITS.items()) + " END"

# Records that make a case; ``said`` is the family that the record itself states, ``family`` that of its case.
_TOLD = """FROM report r JOIN case_member m USING (record_id)
  JOIN case_entity c ON c.id = m.case_id AND {inside}"""
_OF_CALL = "CASE WHEN m.case_id IS NULL THEN r.department ELSE c.department END = :department"


class Statements:
    """The statements of a period; the bounds that it has are told by their names, since and until. Those of
    one ``department`` (UBIGEO, two digits) count over its cases and the calls from there.

    Without bounds everything is in the period, also what has no date. The test of the period is left out
    where there is none: it would be asked of every mention.
    """

    def __init__(self, since: bool, until: bool, department: bool = False) -> None:
        self._inside = "c.department = :department" if department else "true"
        self._of_call = _OF_CALL if department else "true"
        bounds = [*(["{day} >= :since"] * since), *(["{day} <= :until"] * until)]
        self._period = " AND ".join(bounds)

    def _within(self, day: str) -> str:
        return self._period.format(day=day) or "true"

    def _counted(self, of: str, day: str) -> str:
        """The sum of ``of`` in the period. Sums of nothing are 0."""
        return f"coalesce(sum({of}) FILTER (WHERE {self._within(day)}), 0)"

    def _unit(self, unit: str, source: str, *, day: str = "day", of: str = "1", by: str = "NULL::int") -> str:
        """One figure by family: how many rows of ``source`` (or the sum of ``of``); how many without date."""
        return f"""
SELECT '{unit}' AS unit, family, NULL::text AS feed, {by} AS feeds,
  {self._counted(of, day)} AS counted, coalesce(sum({of}) FILTER (WHERE {day} IS NULL), 0) AS undated
FROM {source} GROUP BY family, 4"""

    def _by_feed(self) -> str:
        """How often each feed names a person in the period: a column for each bit; int sums fast."""
        within = self._within("r.report_date")
        return ", ".join(
            f"(count(*) FILTER (WHERE r.feed = '{feed}' AND {within}))::int AS by_{bit}"
            for feed, bit in FEED_BITS.items()
        )

    def _people(self) -> str:
        """``appearance`` reads every mention once; what else is told of persons is rolled up from it."""
        bits = FEED_BITS.values()
        return f"""
appearance AS MATERIALIZED (
  SELECT p.person_id, c.offence_family AS family, r.offence_family AS said, n.role,
    min(r.report_date) AS day, bit_or({_BIT}) AS feeds,
    min(r.report_date) FILTER (WHERE r.feed IN ('sistra', 'poder-judicial')) AS accused_day,
    {self._by_feed()}
  {_TOLD.format(inside=self._inside)}
  JOIN mention n USING (record_id) JOIN person_member p ON p.mention_id = n.id
  WHERE r.makes_case AND n.present AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
  GROUP BY p.person_id, c.offence_family, r.offence_family, n.role
), person AS MATERIALIZED (
  SELECT family, role, min(day) AS day, bit_or(feeds) AS feeds, min(accused_day) AS accused_day
  FROM appearance GROUP BY person_id, family, role
), own AS (
  SELECT said, role, {", ".join(f"sum(by_{bit})::int AS by_{bit}" for bit in bits)}
  FROM appearance GROUP BY person_id, said, role
), own_wide AS (
  SELECT said, role,
    {", ".join(f"sum(by_{b}) AS named_{b}, count(*) FILTER (WHERE by_{b} > 0) AS persons_{b}" for b in bits)}
  FROM own GROUP BY said, role
), own_total AS MATERIALIZED (
  SELECT said, role, feed, mentions, persons FROM own_wide CROSS JOIN LATERAL (
    VALUES {", ".join(f"('{feed}', named_{bit}, persons_{bit})" for feed, bit in FEED_BITS.items())}
  ) AS by_feed (feed, mentions, persons)
)"""

    def figures(self) -> str:
        """(unit, family, feed, feeds, counted, undated); feed or feeds where the unit is told by it."""
        suspects = "person WHERE role = 'suspect'"
        told = f"{_RECORDS}, {_CONVICTIONS}".format(inside=self._inside)
        return f"WITH {self._people()}, {told}" + "\nUNION ALL ".join(
            (
                self._unit("complaints", "told WHERE feed = 'reta-pnp'"),
                self._unit("prosecution_files", "file WHERE feed = 'sistra'"),
                self._unit("court_files", "file WHERE feed = 'poder-judicial'"),
                self._unit("cases", "reconciled_case"),
                self._unit("victimisations", "reconciled_case", of="victims"),
                self._unit("victims", "person WHERE role = 'victim'", by="feeds"),
                self._unit("suspects", suspects),
                self._unit("accused", f"{suspects} AND feeds & 3 <> 0", day="accused_day"),
                self._unit("convicted", "convicted"),
                self._unit("sentenced_files", "sentenced_file"),
                _of_feed("records", self._counted("1", "day"), "told"),
                _of_feed("victim_mentions", "sum(mentions)", "own_total WHERE role = 'victim'"),
                _of_feed("feed_victims", "sum(persons)", "own_total WHERE role = 'victim'"),
                _of_feed("feed_suspects", "sum(persons)", "own_total WHERE role = 'suspect'"),
                _of_feed("feed_convicted", self._counted("1", "day"), "feed_convicted"),
            )
        )

    def calls(self) -> str:
        """(category, derivation, counted, undated). The target: a complaint is derived within 3 hours."""
        return f"""
WITH call AS (
  SELECT CASE WHEN annulled THEN 'not_valid' ELSE category END AS category, report_date AS day,
    {DERIVATION} AS derivation
  FROM report r LEFT JOIN case_member m USING (record_id) LEFT JOIN case_entity c ON c.id = m.case_id
  WHERE r.feed = 'linea-1818' AND {self._of_call}
)
SELECT category, derivation, count(*) FILTER (WHERE {self._within("day")}) AS counted,
  count(*) FILTER (WHERE day IS NULL) AS undated
FROM call GROUP BY category, derivation"""


def _of_feed(unit: str, counted: str, source: str) -> str:
    """One figure by feed and the family that its own records state."""
    return f"SELECT '{unit}', said, feed, NULL, {counted}, 0 FROM {source} GROUP BY said, feed"


# A file (carpeta, court case) is dated by its first registration, a case by its first report; the victims of
# a case are counted where it is linked.
_RECORDS = f"""
told AS MATERIALIZED (
  SELECT r.feed, r.citation_key, r.report_date AS day, r.offence_family AS said, m.case_id,
    c.offence_family AS family, c.victims
  {_TOLD} WHERE r.makes_case
), file AS MATERIALIZED (
  SELECT feed, family, min(day) AS day FROM told
  WHERE feed IN ('sistra', 'poder-judicial') GROUP BY feed, citation_key, family
), reconciled_case AS MATERIALIZED (
  SELECT family, victims, min(day) AS day FROM told GROUP BY case_id, family, victims
)"""

# A conviction stands unless a ruling of the same court case, in any of its records, reversed or annulled it
# for that person.
_CONVICTIONS = f"""
ruling AS MATERIALIZED (
  SELECT p.person_id, r.citation_key, c.offence_family AS family, r.offence_family AS said,
    x.value ->> 'type' AS type, (x.value ->> 'date')::date AS day
  {_TOLD}
  CROSS JOIN jsonb_array_elements(r.rulings) x
  CROSS JOIN jsonb_array_elements(x.value -> 'parties') y
  JOIN mention n ON n.record_id = r.record_id AND n.role = 'suspect' AND n.present
    AND n."order" = (y.value ->> 'order')::int
  JOIN person_member p ON p.mention_id = n.id
  WHERE r.makes_case AND r.feed = 'poder-judicial' AND r.rulings <> '[]'
), standing AS MATERIALIZED (
  SELECT * FROM ruling c WHERE type = 'convicted' AND NOT EXISTS (
    SELECT 1 FROM ruling h WHERE h.citation_key = c.citation_key AND h.person_id = c.person_id
      AND h.type IN ('reversed', 'annulled') AND (h.day IS NULL OR c.day IS NULL OR h.day >= c.day))
), convicted AS (
  SELECT person_id, family, min(day) AS day FROM standing GROUP BY person_id, family
), sentenced_file AS (
  SELECT citation_key, family, min(day) AS day FROM standing GROUP BY citation_key, family
), feed_convicted AS (
  SELECT 'poder-judicial' AS feed, said, person_id, min(day) AS day FROM standing GROUP BY said, person_id
)"""

_STANDING = """
SELECT (SELECT last FROM change_cursor) AS position,
  (SELECT coalesce(max(id), 0) FROM judgement) AS judgement,
  (SELECT coalesce(max(id), 0) FROM redirect) AS redirect, (SELECT model FROM link_state) AS model,
  (SELECT count(*) FROM link_dirty) AS pending, now() AS at,
  min(report_date) AS first_day, max(report_date) AS last_day
FROM report WHERE makes_case AND NOT annulled
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one snapshot of the registry is of."""

    position: int  # last of the change feed
    judgement: int  # last of the ledger of judgements
    redirect: int  # last of what became of ids
    model: str | None  # that the partition was computed with; None: nothing was linked yet
    pending: int  # records not linked yet
    at: datetime
    first_day: date | None  # of the first report that makes a case
    last_day: date | None  # of the last one


_statements = cache(Statements)


class StatisticsRepository:
    def __init__(
        self, session: AsyncSession, since: date | None, until: date | None, department: str | None = None
    ) -> None:
        self._session = session
        self._statements = _statements(since is not None, until is not None, department is not None)
        bounds = {"since": since, "until": until, "department": department}
        self._bounds = {name: given for name, given in bounds.items() if given is not None}

    async def figures(self) -> Sequence[RowMapping]:
        """(unit, family, feed, feeds, counted, undated); feed or feeds where the unit is told by it."""
        return await self._rows(self._statements.figures())

    async def calls(self) -> Sequence[RowMapping]:
        """(category, derivation, counted, undated)"""
        return await self._rows(self._statements.calls())

    async def mark(self) -> Mark:
        return (await mark_of(self._session))[0]

    async def standing(self) -> Standing:
        return Standing(*(await self._session.execute(text(_STANDING))).one())

    async def _rows(self, statement: str) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), self._bounds)).mappings().all()
