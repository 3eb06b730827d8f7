"""Counts over the registry. Each statement answers one group of figures, by offence family."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

# A case enters the period of its first report; what has no report date is in no bounded period.
PERIOD = "(CAST(:since AS date) IS NULL OR {0} >= :since) AND (CAST(:until AS date) IS NULL OR {0} <= :until)"

CASES = """
WITH dated AS (
  SELECT c.id, c.offence_family, min(r.report_date) AS first_report
  FROM case_entity c JOIN case_member m ON m.case_id = c.id JOIN report r USING (record_id)
  GROUP BY c.id
)"""

PEOPLE = (
    CASES
    + """, appearance AS (
  SELECT p.person_id, d.id AS case_id, d.offence_family, n.role, r.feed, d.first_report
  FROM mention n
  JOIN report r USING (record_id)
  JOIN case_member m USING (record_id)
  JOIN dated d ON d.id = m.case_id
  JOIN person_member p ON p.mention_id = n.id
  WHERE n.present AND NOT r.annulled AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
)"""
)

COUNT_CASES = f"""{CASES}
SELECT offence_family, count(*) AS cases FROM dated
WHERE {PERIOD.format("first_report")} GROUP BY offence_family"""

COUNT_UNDATED = f"""{CASES}
SELECT count(*) AS cases FROM dated WHERE first_report IS NULL"""

COUNT_RECORDS = f"""
SELECT coalesce(c.offence_family, r.offence_family) AS offence_family, r.feed,
  count(*) AS records, count(DISTINCT r.citation_key) AS files
FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id
WHERE NOT r.annulled AND r.makes_case AND {PERIOD.format("r.report_date")}
GROUP BY 1, 2"""

COUNT_VICTIMISATIONS = f"""{PEOPLE}
SELECT offence_family, count(*) AS victimisations FROM (
  SELECT DISTINCT person_id, case_id, offence_family FROM appearance
  WHERE role = 'victim' AND {PERIOD.format("first_report")}) AS pairs
GROUP BY offence_family"""

# A victim is counted once, in the period of the first report of the first case that names her as one.
COUNT_VICTIMS = f"""{PEOPLE}, victim AS (
  SELECT person_id, offence_family, min(first_report) AS first_report,
    bit_or(CASE feed WHEN 'linea-1818' THEN 8 WHEN 'reta-pnp' THEN 4 WHEN 'sistra' THEN 2 ELSE 1 END) AS feeds
  FROM appearance WHERE role = 'victim' GROUP BY person_id, offence_family
)
SELECT offence_family, feeds, count(*) AS victims FROM victim
WHERE {PERIOD.format("first_report")} GROUP BY offence_family, feeds"""

COUNT_SUSPECTS = f"""{PEOPLE}, suspect AS (
  SELECT person_id, offence_family, min(first_report) AS first_report,
    bool_or(feed IN ('sistra', 'poder-judicial')) AS accused
  FROM appearance WHERE role = 'suspect' GROUP BY person_id, offence_family
)
SELECT offence_family, count(*) AS suspects, count(*) FILTER (WHERE accused) AS accused FROM suspect
WHERE {PERIOD.format("first_report")} GROUP BY offence_family"""

# A conviction stands unless a higher instance reversed or annulled it for that party.
CONVICTIONS = """
WITH ruling AS (
  SELECT r.record_id, x.value ->> 'type' AS type, (x.value ->> 'date')::date AS day,
    (y.value ->> 'order')::int AS party
  FROM report r, jsonb_array_elements(r.rulings) x, jsonb_array_elements(x.value -> 'parties') y
  WHERE NOT r.annulled
), standing AS (
  SELECT record_id, party, min(day) AS day FROM ruling c
  WHERE type = 'convicted' AND NOT EXISTS (
    SELECT 1 FROM ruling h WHERE h.record_id = c.record_id AND h.party = c.party
      AND h.type IN ('reversed', 'annulled') AND (h.day IS NULL OR c.day IS NULL OR h.day >= c.day))
  GROUP BY record_id, party
), convicted AS (
  SELECT p.person_id, {family} AS offence_family, min(s.day) AS day
  FROM standing s
  JOIN report r USING (record_id)
  JOIN case_member m USING (record_id)
  JOIN case_entity c ON c.id = m.case_id
  JOIN mention n ON n.record_id = s.record_id AND n.role = 'suspect' AND n."order" = s.party AND n.present
  JOIN person_member p ON p.mention_id = n.id
  GROUP BY 1, 2
)
SELECT offence_family, count(*) AS convicted FROM convicted WHERE {period} GROUP BY offence_family"""

COUNT_CONVICTED = CONVICTIONS.format(family="c.offence_family", period=PERIOD.format("day"))
COUNT_CONVICTED_BY_FEED = CONVICTIONS.format(family="r.offence_family", period=PERIOD.format("day"))

COUNT_BY_FEED = f"""
SELECT r.feed, r.offence_family, count(DISTINCT r.record_id) AS records,
  count(n.id) FILTER (WHERE n.role = 'victim') AS victim_mentions,
  count(DISTINCT p.person_id) FILTER (WHERE n.role = 'victim') AS victims,
  count(DISTINCT p.person_id) FILTER (WHERE n.role = 'suspect') AS suspects
FROM report r
LEFT JOIN mention n ON n.record_id = r.record_id AND n.present AND n.kind = 'natural'
  AND n.role IN ('victim', 'suspect')
LEFT JOIN person_member p ON p.mention_id = n.id
WHERE NOT r.annulled AND r.makes_case AND {PERIOD.format("r.report_date")}
GROUP BY r.feed, r.offence_family"""

# The hotline's service target: a complaint is derived within 3 hours of the call.
COUNT_CALLS = f"""
SELECT CASE WHEN annulled THEN 'not_valid' ELSE category END AS category, count(*) AS calls,
  count(*) FILTER (WHERE referred_at - reported_at <= interval '3 hours') AS in_time,
  count(*) FILTER (WHERE referred_at - reported_at > interval '3 hours') AS late,
  count(*) FILTER (WHERE referred_at IS NULL OR reported_at IS NULL) AS never
FROM report WHERE feed = 'linea-1818' AND {PERIOD.format("report_date")} GROUP BY 1"""


class StatisticsRepository:
    def __init__(self, session: AsyncSession, since: date | None, until: date | None) -> None:
        self._session = session
        self._period = {"since": since, "until": until}

    async def rows(self, statement: str) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), self._period)).mappings().all()

    async def by_family(self, statement: str) -> dict[str, RowMapping]:
        return {row["offence_family"]: row for row in await self.rows(statement)}

    async def single(self, statement: str) -> Any:
        return (await self._session.execute(text(statement))).scalar_one()
